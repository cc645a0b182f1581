import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callEventsOf, callPair, callsInLog, letLeaseExpire, ring, talk } from '../support/call-scene.js';
import { eventually } from '../support/eventually.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const SHORT_GRACE_MS = 300;
const ENDED_WAIT_MS = 10_000;

let app: TestApp;
/** Another node on the same database, whose broken connections have a short grace. */
let hasty: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  hasty = await startTestApp({ databaseUrl: app.databaseUrl, env: { RECONNECT_GRACE_MS: String(SHORT_GRACE_MS) } });
});
afterAll(async () => {
  await hasty.close();
  await app.close();
});

/** The call was accepted so long before now. */
const longAgo = (callId: string, seconds: number) =>
  app.sql(`UPDATE calls SET accepted_at = accepted_at - make_interval(secs => $2) WHERE id = $1`, [callId, seconds]);

describe('an accepted call (3)', () => {
  it.each(['a', 'b'] as const)(
    'ends when the connection of a party (%s) breaks and its grace is over',
    async (side) => {
      const pair = await callPair(hasty);
      const { alice, bob } = pair;
      // Another device, which was there before, is not what the user talks with.
      const spare = side === 'a' ? await alice.dm(bob) : await bob.dm(alice);
      const call_id = await talk(pair);
      await longAgo(call_id, 30.2);
      const broken = performance.now();
      pair[side].terminate();
      const other = side === 'a' ? pair.b : pair.a;
      const ended = await other.next('call_ended', ENDED_WAIT_MS);
      expect(performance.now() - broken).toBeGreaterThanOrEqual(SHORT_GRACE_MS - 5);
      expect(ended).toMatchObject({ call_id, duration_s: 30 });
      expect(await spare.next('call_ended')).toEqual(ended);
      expect(await callsInLog(alice, bob)).toMatchObject([{ call: { outcome: 'ended', duration_s: 30 } }]);
    },
  );

  it('ends at once when a party closes its connection cleanly, and another device of it is no help', async () => {
    const pair = await callPair(app);
    const spare = await pair.alice.dm(pair.bob);
    const call_id = await talk(pair);
    await pair.a.close();
    expect(await pair.b.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id });
    expect(await spare.next('call_ended')).toMatchObject({ call_id });
  });

  it('goes on when the party comes back within its grace, and ends when that connection goes', async () => {
    const pair = await callPair(app);
    const call_id = await talk(pair);
    pair.b.terminate();
    await pair.b.closed;
    const again = await pair.bob.dm(pair.alice);
    expect(await again.next('call_accepted')).toMatchObject({ call_id });
    const connection_id = again.seen.find(({ type }) => type === 'connected')?.['connection_id'];
    const holder = async () =>
      (
        await app.sql<{ id: string }>('SELECT connection_id AS id FROM call_parties WHERE user_id = $1', [pair.bob.id])
      )[0]?.id;
    await eventually(async () => (await holder()) === connection_id, ENDED_WAIT_MS);
    expect(callEventsOf(pair.a)).toEqual(['outgoing_call', 'call_accepted']);
    await again.close();
    expect(await pair.a.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id });
  });

  it('does not end because a device that is not in it goes', async () => {
    const pair = await callPair(hasty);
    const spares = [await pair.alice.dm(pair.bob), await pair.bob.dm(pair.alice)];
    const call_id = await talk(pair);
    for (const spare of spares) await spare.close();
    // By then every node has looked for calls whose parties have gone.
    const other = await callPair(hasty);
    await talk(other);
    await other.a.close();
    await other.b.next('call_ended', ENDED_WAIT_MS);
    expect(callEventsOf(pair.a)).toEqual(['outgoing_call', 'call_accepted']);
    expect(await pair.a.request({ type: 'call_end', call_id })).toMatchObject({ type: 'ack' });
  });

  it('ends with the duration up to the last sign of life of a party whose node has died', async () => {
    const pair = await callPair(app);
    const call_id = await talk(pair);
    await longAgo(call_id, 60);
    await app.sql(
      `UPDATE call_parties SET connection_id = gen_random_uuid(), seen_at = now() - interval '19.5 seconds' WHERE user_id = $1`,
      [pair.bob.id],
    );
    await letLeaseExpire(app, pair.bob.id);
    expect(await pair.a.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id, duration_s: 40 });
  });

  it('ends when a party’s session does', async () => {
    const pair = await callPair(app);
    const call_id = await talk(pair);
    await pair.bob.api.post('/auth/logout', { refresh_token: pair.bob.refreshToken });
    expect(await pair.a.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id });
  });

  it('is told by events alone, and a node that has missed them finds out by itself', async () => {
    const pair = await callPair(app, hasty);
    // The two nodes have no backplane between them: each sees of the other what Postgres says.
    const call_id = await ring(pair.a);
    expect(await pair.b.next('incoming_call')).toMatchObject({ call_id });
    await pair.b.request({ type: 'call_accept', call_id });
    expect(await pair.a.next('call_accepted')).toMatchObject({ call_id });
    await pair.a.request({ type: 'call_end', call_id });
    expect(await pair.b.next('call_ended')).toMatchObject({ call_id });
    expect(await pair.b.next('dm_message', ENDED_WAIT_MS)).toMatchObject({ kind: 'call', call: { call_id } });
    expect(callEventsOf(pair.b)).toEqual(['incoming_call', 'call_accepted', 'call_ended']);
    expect(callEventsOf(pair.a)).toEqual(['outgoing_call', 'call_accepted', 'call_ended']);
  });
});

describe('a ring (3)', () => {
  it('goes on when the caller’s connection goes, is shown to the next one, and can be accepted', async () => {
    const pair = await callPair(app);
    const call_id = await ring(pair.a);
    await pair.a.close();
    const again = await pair.alice.dm(pair.bob);
    expect(await again.next('outgoing_call')).toMatchObject({ call_id });
    expect(await pair.b.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
    expect(await again.next('call_accepted')).toMatchObject({ call_id });
    // It is the caller's place in the call now.
    await again.close();
    expect(await pair.b.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id, duration_s: 0 });
  });

  it('that is accepted while the caller is nowhere ends when the caller does not come', async () => {
    const pair = await callPair(app);
    const call_id = await ring(pair.a);
    await pair.a.close();
    expect(await pair.b.request({ type: 'call_accept', call_id })).toMatchObject({ type: 'ack' });
    expect(await pair.b.next('call_ended', ENDED_WAIT_MS)).toMatchObject({ call_id, duration_s: 0 });
  });
});
