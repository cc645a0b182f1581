import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const pair = async () => [await register(app, 'alice'), await register(app, 'bob')] as const;
const idOf = (socket: SocketClient) => socket.seen.find(({ type }) => type === 'connected')?.['connection_id'];
const signals = (socket: SocketClient) => socket.seen.filter(({ type }) => type.startsWith('webrtc_'));

describe('webrtc_* in a DM (3)', () => {
  it.each(['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate'])(
    '%s needs no target: it goes to all connections of the other user, untouched, and to nobody else',
    async (type) => {
      const [alice, bob] = await pair();
      const [a, a2] = [await alice.dm(bob), await alice.dm(bob)];
      const theirs = [await bob.dm(alice), await bob.dm(alice)];
      const { conversation_id } = await a.next('connected');
      const data = { sdp: 'v=0\r\n', deep: [{ ä: null }, 1.5, true], from_user_id: bob.id, '': '😀' };
      expect(await a.request({ type, data })).toMatchObject({ type: 'ack' });
      for (const socket of theirs)
        expect(await socket.next(type)).toEqual({
          type,
          from_user_id: alice.id,
          from_username: alice.username,
          from_connection_id: idOf(a),
          conversation_id,
          data,
        });
      theirs[0]!.send({ type, data: 'back' });
      for (const socket of [a, a2]) {
        expect(await socket.next(type)).toMatchObject({ from_user_id: bob.id, data: 'back' });
        expect(signals(socket)).toHaveLength(1);
      }
    },
  );

  it('goes to the one connection that target_connection_id names', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const [b, b2] = [await bob.dm(alice), await bob.dm(alice)];
    await a.request({ type: 'webrtc_offer', target_connection_id: String(idOf(b2)).toUpperCase(), data: 1 });
    await a.request({ type: 'webrtc_offer', target_connection_id: null, data: 2 });
    expect(await b2.next('webrtc_offer')).toMatchObject({ data: 1 });
    expect(await b.next('webrtc_offer')).toMatchObject({ data: 2 });
    expect(signals(b)).toHaveLength(1);
  });

  it('arrives in the order sent', async () => {
    const [alice, bob] = await pair();
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    a.send({ type: 'webrtc_offer', data: 0 });
    for (let n = 1; n <= 40; n++) a.send({ type: 'webrtc_ice_candidate', data: n === 40 ? null : n });
    const got: unknown[] = [];
    while (got.length <= 40) got.push((await b.next(({ type }) => type.startsWith('webrtc_')))['data']);
    expect(got).toEqual([...Array.from({ length: 40 }, (_, n) => n), null]);
  });

  it('is target_not_found while the other is away, and details names the target', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    await alice.dm(bob);
    const away = {
      type: 'error',
      code: 'target_not_found',
      details: [{ field: 'target_user_id', problems: [expect.stringContaining(bob.id)] }],
    };
    expect(await a.request({ type: 'webrtc_offer', data: {} })).toMatchObject(away);
    const b = await bob.dm(alice);
    expect(await a.request({ type: 'webrtc_offer', data: {} })).toMatchObject({ type: 'ack' });
    await b.close();
    await a.next('dm_user_offline');
    expect(await a.request({ type: 'webrtc_offer', data: {} })).toMatchObject(away);
  });

  it('is target_not_found for a connection that is not the other’s here', async () => {
    const [alice, bob] = await pair();
    const carol = await register(app, 'carol');
    const a = await alice.dm(bob);
    const own = await alice.dm(bob);
    const strangers = [await bob.dm(carol), await carol.dm(bob), await carol.dm(alice)];
    const b = await bob.dm(alice);
    for (const target of [...strangers.map(idOf), idOf(a), idOf(own), randomUUID()])
      expect(await a.request({ type: 'webrtc_offer', target_connection_id: target, data: 1 })).toMatchObject({
        code: 'target_not_found',
        details: [{ field: 'target_connection_id', problems: [expect.stringContaining(String(target))] }],
      });
    await a.request({ type: 'webrtc_offer', data: 'marker' });
    expect(await b.next('webrtc_offer')).toMatchObject({ data: 'marker' });
    for (const socket of [...strangers, own]) {
      await socket.untilMarker();
      expect(signals(socket)).toEqual([]);
    }
  });

  it('takes 32 KiB of data and no more, and no signal without data', async () => {
    const [alice, bob] = await pair();
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    const invalid = { code: 'validation_failed', details: [{ field: 'data' }] };
    expect(await a.request({ type: 'webrtc_offer', data: 'x'.repeat(32_766) })).toMatchObject({ type: 'ack' });
    expect(await a.request({ type: 'webrtc_offer', data: 'x'.repeat(32_767) })).toMatchObject(invalid);
    expect(await a.request({ type: 'webrtc_offer' })).toMatchObject(invalid);
    expect(await a.request({ type: 'webrtc_offer', target_connection_id: 'x', data: 1 })).toMatchObject({
      code: 'validation_failed',
      details: [{ field: 'target_connection_id' }],
    });
    await a.request({ type: 'webrtc_answer', data: 'marker' });
    await b.next('webrtc_answer');
    expect(signals(b)).toHaveLength(2);
  });

  it('is never stored', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    await bob.dm(alice);
    await a.request({ type: 'webrtc_offer', data: 'v=0' });
    expect((await bob.api.get(`/dms/${alice.id}/changes`)).body).toMatchObject({ items: [], last_seq: 0 });
  });
});
