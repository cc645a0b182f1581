import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callEventsOf, callsInLog, letLeaseExpire, letRingExpire, ring, talk } from '../support/call-scene.js';
import type { Pair } from '../support/call-scene.js';
import { eventually } from '../support/eventually.js';
import { register } from '../support/scene.js';
import { DurablePostgres } from './support/durable-postgres.js';
import { MortalServer } from './support/mortal-server.js';

const MINUTE_MS = 60_000;
const SWEPT_MS = 10_000;

describe('kill -9 of the only server, and its calls (3)', { timeout: 2 * MINUTE_MS }, () => {
  let postgres: DurablePostgres;
  let server: MortalServer;
  beforeAll(async () => {
    postgres = await DurablePostgres.start();
    server = await MortalServer.start({ DATABASE_URL: postgres.url });
  }, MINUTE_MS);
  afterAll(async () => {
    await server.stop();
    await postgres.remove();
  });

  async function pair(): Promise<Pair> {
    const [alice, bob] = [await register(server, 'alice'), await register(server, 'bob')];
    return { alice, bob, a: await alice.dm(bob), b: await bob.dm(alice) };
  }

  it('a ring goes on after it, and can be accepted', async () => {
    const { alice, bob, a, b } = await pair();
    const call_id = await ring(a);
    const incoming = await b.next('incoming_call');
    await server.crash();
    await server.start();
    const again = await bob.dm(alice);
    expect(await again.next('incoming_call')).toEqual(incoming);
    const caller = await alice.dm(bob);
    expect(await caller.next('outgoing_call')).toMatchObject({ call_id });
    expect(await again.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
    expect(await caller.next('call_accepted')).toMatchObject({ call_id });
    expect(await caller.request({ type: 'call_end', call_id })).toMatchObject({ type: 'ack', seq: 1 });
  });

  it('a ring whose time was up meanwhile is missed, and in the log, once', async () => {
    const { alice, bob, a, b } = await pair();
    const { epoch } = b.seen.find(({ type }) => type === 'connected')!;
    const call_id = await ring(a);
    await b.next('incoming_call');
    await server.crash();
    await letRingExpire(postgres, call_id);
    await server.start();
    const again = await bob.dm(alice, { since: '0', epoch: epoch as string });
    expect(await again.next('dm_message', SWEPT_MS)).toMatchObject({
      kind: 'call',
      call: { call_id, outcome: 'missed' },
    });
    expect(callEventsOf(again)).not.toContain('call_accepted');
    expect(await callsInLog(alice, bob)).toHaveLength(1);
    expect(await again.request({ type: 'call_accept', call_id })).toMatchObject({ code: 'conflict' });
  });

  it('a call goes on whose parties come back at once, though the server was down for long', async () => {
    const { alice, bob, a, b } = await pair();
    const call_id = await talk({ a, b });
    await server.crash();
    for (const { id } of [alice, bob]) await letLeaseExpire(postgres, id);
    await server.start();
    const [again, other] = [await alice.dm(bob), await bob.dm(alice)];
    for (const socket of [again, other]) expect(await socket.next('call_accepted')).toMatchObject({ call_id });
    // A call that is given up meanwhile shows that calls have been looked at, with the leases counting.
    const marker = await talk(await pair());
    await postgres.sql(
      `UPDATE call_parties SET gone_at = now(), connection_id = gen_random_uuid() WHERE call_id = $1`,
      [marker],
    );
    await eventually(async () => {
      const rows = await postgres.sql('SELECT FROM calls WHERE id = $1 AND ended_at IS NOT NULL', [marker]);
      return rows.length === 1;
    }, SWEPT_MS);
    expect(await other.request({ type: 'call_end', call_id })).toMatchObject({ type: 'ack' });
    expect(await again.next('call_ended')).toMatchObject({ call_id });
  });

  it('a call that nobody comes back to has ended when it was seen last, however late that is found', async () => {
    const { alice, bob, a, b } = await pair();
    const call_id = await talk({ a, b });
    await server.crash();
    // It was down for an hour, and the call had gone on for two minutes.
    await postgres.sql(`UPDATE calls SET accepted_at = now() - interval '1 hour 2 minutes' WHERE id = $1`, [call_id]);
    await postgres.sql(`UPDATE call_parties SET seen_at = now() - interval '1 hour' WHERE call_id = $1`, [call_id]);
    for (const { id } of [alice, bob]) await letLeaseExpire(postgres, id);
    await server.start();
    const again = await bob.dm(alice, { since: '0' });
    expect(await again.next('dm_message', SWEPT_MS)).toMatchObject({
      call: { call_id, outcome: 'ended', duration_s: 120 },
    });
    expect(await callsInLog(alice, bob)).toHaveLength(1);
  });
});
