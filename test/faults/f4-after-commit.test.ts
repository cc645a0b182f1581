import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SocketClient } from '../support/socket-client.js';
import { count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const FAILPOINT = path.join(import.meta.dirname, 'support/die-after-commit.mjs');

describe('a server that dies after the commit and before the answer (F4)', { timeout: 30 * 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ preload: FAILPOINT });
  }, 60_000);
  afterAll(() => stage.close());

  const connect = async (query: Record<string, string> = {}) => {
    const socket = await SocketClient.connect(stage.urlOf(stage.user(1), query));
    const { epoch, last_seq } = await socket.next('connected');
    return { socket, epoch: epoch as string, lastSeq: last_seq as number };
  };
  /** The one row that the nonce has made. */
  const rowOf = async (nonce: string) => {
    const rows = await stage.postgres.sql<{ id: string; seq: number }>(
      'SELECT id, seq::int FROM messages WHERE conversation_id = $1 AND nonce = $2',
      [stage.channelId, nonce],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  const killedBy = async () => {
    expect(await stage.server.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await stage.server.start();
  };

  it('F4: the same nonce again gives the message that was stored, with its id and number', async () => {
    for (let cycle = 1; cycle <= count('F4.cycles'); cycle++) {
      const nonce = `socket-${cycle}`;
      const draft = { type: 'message', content: `last words ${cycle}`, nonce };
      const { socket, epoch, lastSeq } = await connect();
      socket.send({ ...draft, ref: 'first' });
      expect((await socket.closed).code).toBe(1006);
      expect(socket.seen.filter(({ type }) => type === 'message' || type === 'ack')).toEqual([]);
      await killedBy();
      const stored = await rowOf(nonce);

      const again = await connect({ since: String(lastSeq), epoch });
      expect(await again.socket.next('message')).toMatchObject({ ...stored, nonce });
      const ack = await again.socket.request(draft);
      expect(ack).toMatchObject({ type: 'ack', duplicate: true, ...stored });
      await rowOf(nonce);
      await again.socket.close();
      progress('F4', `death ${cycle}`);
    }
    figures('F4', { cycles: count('F4.cycles') });
  });

  it('F4: so does the same Idempotency-Key over REST, with 200', async () => {
    const send = () =>
      stage
        .user(1)
        .api.post(
          `/channels/${stage.channelId}/messages`,
          { content: 'last words over REST' },
          { headers: { 'idempotency-key': 'rest' } },
        );
    await expect(send()).rejects.toThrow();
    await killedBy();
    const stored = await rowOf('rest');
    const { status, body } = await send();
    expect({ status, id: body.id, seq: body.seq }).toEqual({ status: 200, ...stored });
    await rowOf('rest');
  });
});
