import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pair } from '../support/call-scene.js';
import { callEventsOf, callsInLog, letRingExpire, ring, talk } from '../support/call-scene.js';
import { eventually } from '../support/eventually.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { NodeCluster } from './support/node-cluster.js';

const MINUTE_MS = 60_000;
/** A dead node's calls end well within the 30 s in which its users leave. */
const DEATH_MS = 30_000;
/** What an event did not tell is found within that time. */
const FOUND_MS = 10_000;

let cluster: NodeCluster;
beforeAll(async () => {
  cluster = await NodeCluster.start();
}, MINUTE_MS);
afterAll(() => cluster.stop());

/** Alice on this node, Bob on the next one. */
async function pairAt(node: number): Promise<Pair> {
  const alice = await register(cluster.node(node), 'alice');
  const bob = (await register(cluster.node(node), 'bob')).on(cluster.node(node + 1));
  return { alice, bob, a: await alice.dm(bob), b: await bob.dm(alice) };
}

/** A device on each node. */
const everywhere = (user: Actor, other: Actor): Promise<SocketClient[]> =>
  Promise.all(cluster.nodes.map((node) => user.on(node).dm(other)));

const idOf = (socket: SocketClient) => socket.seen.find(({ type }) => type === 'connected')?.['connection_id'];

/** The connection that a user is in a call with. */
async function placeOf({ id }: Actor): Promise<string | null | undefined> {
  const sql = 'SELECT connection_id AS place FROM call_parties WHERE user_id = $1';
  return (await cluster.postgres.sql<{ place: string | null }>(sql, [id]))[0]?.place;
}

describe('a call on three nodes (3)', () => {
  it('rings, stops ringing and ends on all devices, whatever node each is on', async () => {
    const { alice, bob, a } = await pairAt(0);
    const [mine, theirs] = [await everywhere(alice, bob), await everywhere(bob, alice)];
    const call_id = await ring(a);
    for (const socket of mine) expect(await socket.next('outgoing_call')).toMatchObject({ call_id });
    for (const socket of theirs) expect(await socket.next('incoming_call')).toMatchObject({ call_id });
    const [first, second, third] = theirs as [SocketClient, SocketClient, SocketClient];
    const answers = await Promise.all(theirs.map((socket) => socket.request({ type: 'call_accept', call_id })));
    expect(answers.map(({ type, code }) => code ?? type).sort()).toEqual(['ack', 'conflict', 'conflict']);
    const accepted = await first.next('call_accepted');
    for (const socket of [second, third, ...mine]) expect(await socket.next('call_accepted')).toEqual(accepted);
    await a.request({ type: 'call_end', call_id });
    for (const socket of [...mine, ...theirs]) {
      expect(await socket.next('call_ended')).toMatchObject({ call_id });
      expect(await socket.next('dm_message')).toMatchObject({ kind: 'call', seq: 1, call: { call_id } });
    }
    for (const socket of theirs) expect(callEventsOf(socket)).toEqual(['incoming_call', 'call_accepted', 'call_ended']);
  });

  it('is one, whichever of the two invites, on whichever nodes at once', async () => {
    const pairs = await Promise.all([0, 1, 2, 0, 1, 2].map(pairAt));
    await Promise.all(
      pairs.map(async ({ alice, bob, a, b }) => {
        const more = [...(await everywhere(alice, bob)), ...(await everywhere(bob, alice))];
        const ids = await Promise.all([a, b, ...more].map((socket) => ring(socket)));
        expect(new Set(ids).size).toBe(1);
      }),
    );
  });

  it('that nobody answers is missed once, though each node looks for it', async () => {
    const pairs = await Promise.all([0, 1, 2, 0, 1, 2, 0, 1].map(pairAt));
    const ids = await Promise.all(pairs.map(({ a }) => ring(a)));
    await cluster.postgres.sql('UPDATE calls SET expires_at = now() WHERE id = ANY ($1)', [ids]);
    for (const { alice, bob, a, b } of pairs) {
      for (const socket of [a, b]) await socket.next('dm_message', FOUND_MS);
      expect(callEventsOf(b).filter((type) => type === 'call_missed').length).toBeLessThan(2);
      await b.next('call_missed');
      expect(await callsInLog(alice, bob)).toMatchObject([{ seq: 1, call: { outcome: 'missed' } }]);
      expect((await alice.dm(bob)).seen.find(({ type }) => type === 'connected')).toMatchObject({ last_seq: 1 });
    }
  });

  it(
    'rings on when the caller’s node dies, and is missed once',
    async () => {
      const { alice, bob, a, b } = await pairAt(0);
      const devices = [b, await bob.on(cluster.node(2)).dm(alice)];
      const call_id = await ring(a);
      for (const device of devices) await device.next('incoming_call');
      await cluster.node(0).crash();
      await letRingExpire(cluster.postgres, call_id);
      for (const device of devices) {
        expect(await device.next('call_missed')).toMatchObject({ call_id });
        expect(await device.next('dm_message', FOUND_MS)).toMatchObject({ kind: 'call', call: { outcome: 'missed' } });
        expect(callEventsOf(device)).toEqual(['incoming_call', 'call_missed']);
      }
      expect(await callsInLog(bob, alice)).toHaveLength(1);
      await cluster.node(0).start();
    },
    MINUTE_MS,
  );

  it(
    'whose party’s node dies ends for the other, up to the last sign of life; one who comes back in time talks on',
    async () => {
      const [lost, kept] = [await pairAt(0), await pairAt(0)];
      const [lostId, keptId] = [await talk(lost), await talk(kept)];
      const sql = `UPDATE calls SET accepted_at = now() - interval '100 seconds' WHERE id = ANY ($1)`;
      await cluster.postgres.sql(sql, [[lostId, keptId]]);
      await cluster.node(0).crash();
      const again = await kept.alice.on(cluster.node(2)).dm(kept.bob);
      const ended = await lost.b.next('call_ended', DEATH_MS);
      expect(ended).toMatchObject({ call_id: lostId });
      // It is found out more than 10 s later, and its node had been heard of in the last 3 s before.
      expect(ended['duration_s']).toBeGreaterThanOrEqual(96);
      expect(ended['duration_s']).toBeLessThanOrEqual(104);
      await eventually(async () => (await placeOf(kept.alice)) === idOf(again), DEATH_MS);
      expect(callEventsOf(kept.b)).toEqual(['incoming_call', 'call_accepted']);
      await cluster.node(0).start();
      await again.close();
      expect(await kept.b.next('call_ended', FOUND_MS)).toMatchObject({ call_id: keptId });
    },
    2 * MINUTE_MS,
  );

  it(
    'outlives a planned stop of a party’s node, if it comes back after the delay that it was given',
    async () => {
      const { alice, bob, a, b } = await pairAt(0);
      const call_id = await talk({ a, b });
      const stopped = cluster.node(0).stop();
      const { retry_after_ms } = await a.next('going_away');
      expect(await a.closed).toMatchObject({ code: 1012 });
      const again = await alice.on(cluster.node(2)).dm(bob);
      await stopped;
      await eventually(async () => (await placeOf(alice)) === idOf(again), FOUND_MS);
      expect(retry_after_ms).toEqual(expect.any(Number));
      await cluster.node(0).start();
      expect(await again.request({ type: 'call_end', call_id })).toMatchObject({ type: 'ack' });
      expect(await b.next('call_ended')).toMatchObject({ call_id });
    },
    MINUTE_MS,
  );

  it(
    'survives Redis: what rings can be accepted, and ended, and every device is told, while it is away',
    async () => {
      const { alice, bob, a, b } = await pairAt(0);
      const far = await bob.on(cluster.node(2)).dm(alice);
      const call_id = await ring(a);
      for (const socket of [b, far]) expect(await socket.next('incoming_call')).toMatchObject({ call_id });
      await cluster.redis.kill();
      expect(await b.request({ type: 'call_accept', call_id }, FOUND_MS)).toMatchObject({ type: 'ack' });
      for (const socket of [a, b, far]) expect(await socket.next('call_accepted', FOUND_MS)).toMatchObject({ call_id });
      expect(await a.request({ type: 'call_end', call_id }, FOUND_MS)).toMatchObject({ type: 'ack' });
      for (const socket of [b, far]) {
        expect(await socket.next('call_ended', FOUND_MS)).toMatchObject({ call_id });
        expect(await socket.next('dm_message', FOUND_MS)).toMatchObject({ kind: 'call' });
      }
      const begun = await ring(b);
      expect(await a.next('incoming_call', FOUND_MS)).toMatchObject({ call_id: begun });
      expect(await far.next('outgoing_call', FOUND_MS)).toMatchObject({ call_id: begun });
      await cluster.redis.restart();
      await letRingExpire(cluster.postgres, begun);
      for (const socket of [a, b, far]) {
        expect(await socket.next('call_missed', FOUND_MS)).toMatchObject({ call_id: begun });
        expect(callEventsOf(socket).filter((type) => type === 'call_missed')).toHaveLength(1);
      }
      expect(await callsInLog(alice, bob)).toHaveLength(2);
    },
    MINUTE_MS,
  );
});
