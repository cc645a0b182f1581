import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { dialMeeting, joinMeeting, newMeeting, toldSoFar } from '../support/meeting.js';
import type { Attendee } from '../support/meeting.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { NodeCluster } from './support/node-cluster.js';
import { startThreeNodes } from './support/three-nodes.js';
import type { ThreeNodes } from './support/three-nodes.js';

/** A node's death is known within that time (protocol section 2). */
const DEATH_MS = 30_000;
const MINUTE_MS = 60_000;

type Trio = [alice: Actor, bob: Actor, carol: Actor];

/** Each of them by a node of their own. */
async function trioAt(nodes: readonly Parameters<Actor['on']>[0][]): Promise<Trio> {
  const [a, b, c] = nodes;
  return [await register(a!, 'alice'), (await register(a!, 'bob')).on(b!), (await register(a!, 'carol')).on(c!)];
}

async function joinAll(trio: Trio, room: string): Promise<[Attendee, Attendee, Attendee]> {
  const [alice, bob, carol] = trio;
  const a = await joinMeeting(alice, room, { client_id: 'a', media: { audio: true } });
  const b = await joinMeeting(bob, room, { client_id: 'b' });
  const c = await joinMeeting(carol, room, { client_id: 'c' });
  await a.client.next((event) => event.type === 'peer-joined' && (event['peer'] as { id: string }).id === 'c');
  await b.client.next('peer-joined');
  return [a, b, c];
}

const typesAt = ({ client }: Attendee) => client.seen.map(({ type }) => type);
const linesAt = ({ client }: Attendee) =>
  client.seen.flatMap((event) => (event.type === 'chat-history' ? (event['messages'] as { content: string }[]) : []));

describe('A meeting on three nodes (6)', () => {
  let cluster: ThreeNodes;
  let trio: Trio;
  let room: string;
  beforeAll(async () => {
    cluster = await startThreeNodes({ RECONNECT_GRACE_MS: '500' });
    trio = await trioAt(cluster.nodes);
  }, MINUTE_MS);
  afterAll(() => cluster.close());
  beforeEach(() => {
    room = newMeeting();
  });

  it('is one: peers, orders, host, signals and state are the same wherever one is', async () => {
    const [a, b, c] = await joinAll(trio, room);
    expect(c.peers).toMatchObject({ host_id: 'a', peers: [{ id: 'a', media: { audio: true } }, { id: 'b' }] });
    c.client.send({ type: 'offer', to: 'a', sdp: { n: 0 } });
    for (let n = 1; n < 20; n++) c.client.send({ type: 'candidate', to: 'a', candidate: { n } });
    await a.client.next((event) => event.type === 'candidate' && (event['candidate'] as { n: number }).n === 19);
    const bodies = a.client.seen.flatMap(({ sdp, candidate }) => ((sdp ?? candidate) ? [sdp ?? candidate] : []));
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })));
    await b.client.request({ type: 'raise-hand' });
    for (const { client } of [a, c]) expect(await client.next('raise-hand')).toMatchObject({ from: 'b' });
    await a.client.request({ type: 'lower-hand', peer_id: 'b' });
    for (const { client } of [b, c]) expect(await client.next('lower-hand')).toMatchObject({ from: 'a', peer_id: 'b' });
    await a.client.request({ type: 'screen-share-started', stream_id: 's' });
    for (const { client } of [b, c])
      expect(await client.next('screen-share-started')).toMatchObject({ stream_id: 's' });
    const late = await joinMeeting(trio[1], room, { client_id: 'late' });
    expect(late.peers.peers).toMatchObject([
      { id: 'a', screen_sharing: true },
      { id: 'b', hand_raised: false },
      { id: 'c' },
    ]);
  });

  it('chat and its history, and what the host decides, count on all nodes', async () => {
    const [a, b, c] = await joinAll(trio, room);
    const speakers = [a, b, c];
    for (let n = 0; n < 30; n++) await speakers[n % 3]!.client.request({ type: 'chat', content: `line ${n}` });
    const late = await joinMeeting(trio[2], room, { client_id: 'late' });
    await late.client.next('chat-history');
    expect(linesAt(late).map(({ content }) => content)).toEqual(Array.from({ length: 30 }, (_, n) => `line ${n}`));

    expect(await a.client.request({ type: 'chat-disabled' })).toMatchObject({ type: 'ack' });
    expect(await b.client.request({ type: 'chat', content: 'psst' })).toMatchObject({ code: 'forbidden' });
    for (const { client } of [b, c])
      expect(await client.next('chat-disabled')).toEqual({ type: 'chat-disabled', from: 'a' });

    expect(await a.client.request({ type: 'lock-room' })).toMatchObject({ type: 'ack' });
    const refused = await dialMeeting(trio[1], room);
    expect(await refused.request({ type: 'join', client_id: 'b2' })).toMatchObject({ code: 'room_locked' });
    await a.client.request({ type: 'unlock-room' });

    expect(await a.client.request({ type: 'remove-peer', peer_id: 'c' })).toMatchObject({ type: 'ack' });
    for (const { client } of [c, late]) expect((await client.closed).code).toBe(4403);
    const back = await dialMeeting(trio[2], room);
    expect(await back.request({ type: 'join' })).toMatchObject({ code: 'forbidden' });
  });

  it('whoever comes back by another node has what was meant for them, and the others see no leave', async () => {
    const [a, b, c] = await joinAll(trio, room);
    await eventually(async () => (await toldSoFar(a)).length === 0);
    b.client.terminate();
    const again = await joinMeeting(trio[1].on(cluster.nodes[2]), room, { client_id: 'b' });
    await a.client.request({ type: 'offer', to: 'b', sdp: {} });
    await again.client.next('offer');
    expect(again.peers.self.order).toBe(b.peers.self.order);
    for (const attendee of [a, c]) expect(typesAt(attendee)).not.toContain('peer-left');
  });

  it(
    'while Redis is away each node goes on with its own, and afterwards it is one again',
    async () => {
      const [a, b] = await joinAll(trio, room);
      const near = await joinMeeting(trio[0], room, { client_id: 'a2' });
      await b.client.next('peer-joined');
      await a.client.request({ type: 'chat', content: 'before' });
      await b.client.next('chat');
      await cluster.redis.kill();

      await a.client.request({ type: 'chat', content: 'on a' });
      expect(await near.client.next((event) => event['content'] === 'on a')).toMatchObject({ from: 'a' });
      await b.client.request({ type: 'chat', content: 'on b' });
      await a.client.request({ type: 'raise-hand' });
      await near.client.next('raise-hand');
      expect(await a.client.request({ type: 'chat-disabled' })).toMatchObject({ type: 'ack' });
      await near.client.next('chat-disabled');
      const meanwhile = await joinMeeting(trio[0], room, { client_id: 'a3' });
      expect(meanwhile.peers).toMatchObject({ chat_enabled: false, host_id: 'a' });

      await cluster.redis.restart();
      await b.client.next('chat-disabled', DEATH_MS);
      await b.client.next((event) => event.type === 'raise-hand' && event['from'] === 'a', DEATH_MS);
      expect(await b.client.request({ type: 'chat', content: 'no' })).toMatchObject({ code: 'forbidden' });
      await eventually(async () => {
        const late = await joinMeeting(trio[2], room, { client_id: 'late' });
        const contents = linesAt(late).map(({ content }) => content);
        await late.client.close();
        return ['before', 'on a', 'on b'].every((content) => contents.includes(content));
      }, DEATH_MS);
      const late = await joinMeeting(trio[1], room, { client_id: 'late' });
      expect(late.peers.host_id).toBe('a');
      const orders = late.peers.peers.map(({ order }) => order);
      expect(new Set(orders).size).toBe(orders.length);
      for (const attendee of [a, b]) expect(typesAt(attendee)).not.toContain('host-changed');
    },
    MINUTE_MS,
  );
});

describe('A meeting whose host’s node dies (6)', () => {
  let cluster: NodeCluster;
  beforeAll(async () => {
    cluster = await NodeCluster.start({ nodes: 3 });
  }, MINUTE_MS);
  afterAll(() => cluster.stop());

  it(
    'has a new host, which everybody is told once, and goes on with its state and its chat',
    async () => {
      const trio = await trioAt(cluster.nodes);
      const room = newMeeting();
      const [a, b, c] = await joinAll(trio, room);
      await a.client.request({ type: 'chat', content: 'from the first host' });
      await a.client.request({ type: 'chat-disabled' });
      await c.client.request({ type: 'raise-hand' });
      await b.client.next('raise-hand');

      await cluster.node(0).crash();
      for (const { client } of [b, c]) {
        expect(await client.next('peer-left', DEATH_MS)).toMatchObject({ id: 'a' });
        expect(await client.next('host-changed')).toEqual({ type: 'host-changed', host_id: 'b' });
      }
      const late = await joinMeeting(trio[1], room, { client_id: 'late' });
      expect(late.peers).toMatchObject({
        host_id: 'b',
        chat_enabled: false,
        peers: [
          { id: 'b', is_host: true },
          { id: 'c', hand_raised: true },
        ],
      });
      await late.client.next('chat-history');
      expect(linesAt(late)).toMatchObject([{ from: 'a', content: 'from the first host' }]);
      expect(await b.client.request({ type: 'chat-enabled' })).toMatchObject({ type: 'ack' });
      await c.client.next('chat-enabled');
      for (const attendee of [b, c])
        expect(typesAt(attendee).filter((type) => type === 'host-changed')).toHaveLength(1);
    },
    MINUTE_MS,
  );
});
