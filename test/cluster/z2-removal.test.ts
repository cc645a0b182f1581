import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId, UserId } from '../../src/common/ids.js';
import { NoAccess } from '../../src/messages/messages.errors.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { count, figures } from '../faults/support/scale.js';
import { eventually } from '../support/eventually.js';
import { Holder, writerWaits } from '../support/log-scene.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import type { Actor, ChannelScene } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { closedWithin } from './support/closed-within.js';
import { CONNECTIONS } from './support/connected-by.js';
import type { Connected, Connection } from './support/connected-by.js';
import { flood } from './support/flood.js';
import { headAtRemoval, noteRemovals } from './support/removals.js';

/** Members who are removed in one flood. */
const AT_ONCE = 5;

const REMOVAL_WAITS = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'SELECT id FROM conversations%FOR UPDATE'`;

/** The numbers of the messages that a socket was given, also by its history. */
function numbersOf({ seen }: SocketClient): number[] {
  const messages = seen.flatMap((event) =>
    event.type === 'history' ? (event['messages'] as ReceivedEvent[]) : [event],
  );
  return messages.map(({ seq }) => seq).filter((seq) => typeof seq === 'number');
}

type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** Does one work after the other. */
function turns(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

type Quiet = ChannelScene<'alice' | 'bob'>;

interface Sockets {
  ofAlice: SocketClient;
  ofBob: SocketClient;
}

const byRedis = CONNECTIONS.filter(({ by }) => by === 'Redis');
const byPostgres = CONNECTIONS.filter((connection) => !byRedis.includes(connection));

describe.each(byRedis)('Z2: a removal on another node, told by $by (2.1)', (connection) => {
  removals(connection, { rounds: count('Z2.rounds'), reason: 'removed from the group' });
});

describe.each(byPostgres)('Z3: a removal on another node, told by $by (2.1)', (connection) => {
  removals(connection, { rounds: count('Z3.rounds'), reason: 'not allowed' });
});

function removals({ by, withinMs, start }: Connection, { rounds, reason }: { rounds: number; reason: string }): void {
  let nodes: Connected;
  beforeAll(async () => {
    nodes = await start();
    await noteRemovals(nodes.a);
  });
  afterEach(() => nodes.mend());
  afterAll(() => nodes.close());

  const remove = async (scene: ChannelScene<string>, { id }: Actor) =>
    expectOk(await scene.owner.api.delete(`/groups/${scene.groupId}/members/${id}`));

  /** How each of them was closed. */
  const closedAll = (sockets: readonly SocketClient[], what: string) =>
    Promise.all(sockets.map((socket) => closedWithin(withinMs, socket, what)));

  it('and a deletion close the sockets of a quiet channel with 4403, and no others', async () => {
    const scenes = await Promise.all([1, 2, 3, 4].map(() => channelScene(nodes.a, { members: ['alice', 'bob'] })));
    const [kick, leave, channel, group] = scenes as [Quiet, Quiet, Quiet, Quiet];
    const sockets = await Promise.all(
      scenes.map(async ({ members: { alice, bob }, channelId }) => {
        const ofBob = await bob.on(nodes.b).channel(channelId);
        return { ofAlice: await alice.on(nodes.b).channel(channelId), ofBob };
      }),
    );
    const [kicked, left, ...deleted] = sockets as [Sockets, Sockets, Sockets, Sockets];
    const elsewhere = await kick.owner.channel(kick.channelId);
    await nodes.breakOff();
    await Promise.all([
      remove(kick, kick.members.alice),
      leave.members.alice.api.post(`/groups/${leave.groupId}/leave`).then(expectOk),
      channel.owner.api.delete(`/channels/${channel.channelId}`).then(expectOk),
      group.owner.api.delete(`/groups/${group.groupId}`).then(expectOk),
    ]);
    const [ofRemoved, ofDeleted] = await Promise.all([
      closedAll([kicked.ofAlice, left.ofAlice], 'removed'),
      closedAll(
        deleted.flatMap(({ ofAlice, ofBob }) => [ofAlice, ofBob]),
        'deleted',
      ),
    ]);
    expect(ofRemoved).toEqual([0, 1].map(() => ({ code: 4403, reason })));
    expect(ofDeleted.map(({ code }) => code)).toEqual([4403, 4403, 4403, 4403]);
    expect(await kicked.ofBob.next('user_left')).toMatchObject({ user_id: kick.members.alice.id });
    expect(await left.ofBob.next('user_left')).toMatchObject({ user_id: leave.members.alice.id });
    for (const { ofBob } of [kicked, left]) expect(await ofBob.request({ type: 'ping' })).toHaveProperty('server_time');
    // Without the Redis, a node knows of the others what it knew.
    if (by === 'Redis') expect(await elsewhere.next('user_left')).toMatchObject({ user_id: kick.members.alice.id });
  });

  it('lets nothing through that was committed after it, to one who is connected or about to be', async () => {
    const scene = await channelScene(nodes.a, { members: ['writer', 'witness'] });
    const { writer, witness } = scene.members;
    const pairs = await Promise.all(Array.from({ length: AT_ONCE }, () => registerPair()));
    let reached = 0;
    for (let round = 0; round < rounds; round += AT_ONCE) {
      for (const user of pairs.flat()) await join(scene.owner, user, scene.groupId);
      const victims = await Promise.all(pairs.map(([user]) => user.on(nodes.b).channel(scene.channelId)));
      const writers = [await writer.channel(scene.channelId), await writer.on(nodes.b).channel(scene.channelId)];
      const watching = await witness.on(nodes.b).channel(scene.channelId);
      await nodes.breakOff();
      const flooding = flood(writers);
      const turn = turns();
      const removals = pairs.map((pair, n) => removeInFlood(scene, pair, { connected: victims[n]!, turn }));
      for (const { head, got } of await Promise.all(removals)) {
        expect(Math.max(...got), 'the last that reached a removed member').toBeLessThanOrEqual(head);
        await watching.next(({ seq }) => typeof seq === 'number' && seq > head);
        reached += got.length;
      }
      await flooding.stop();
      await nodes.mend();
      await Promise.all([...writers, watching].map((socket) => socket.close()));
    }
    figures(by === 'Redis' ? 'Z2' : 'Z3', { by, rounds, reached });
    // Else they were not there before it.
    expect(reached).toBeGreaterThanOrEqual(rounds);
  });

  /** One who will be connected when they are removed, and one in the middle of it. */
  const registerPair = async () => [await register(nodes.a, 'here'), await register(nodes.a, 'coming')] as const;

  /** Removes both while others write; says where the log stood, and what of it has reached them on the other node. */
  async function removeInFlood(
    scene: ChannelScene<string>,
    [here, coming]: readonly [Actor, Actor],
    { connected, turn }: { connected: SocketClient; turn: Turn },
  ): Promise<{ head: number; got: number[] }> {
    await connected.next('message');
    // One after the other, as their owner would: a group's changes of members wait for each other, and not for long.
    const dialled = await turn(async () => {
      const dial = () => coming.on(nodes.b).dial(`/ws/channel/${scene.channelId}`, { history: '20' });
      const early = dial();
      await remove(scene, here);
      const removing = remove(scene, coming);
      const sockets = await Promise.all([early, dial(), dial()]);
      await removing;
      return sockets;
    });
    for (const { code } of await closedAll([connected, ...dialled], 'removed')) expect(code).toBe(4403);
    const [head, headOfComing] = await Promise.all(
      [here, coming].map(({ id }) => headAtRemoval(nodes.a, scene.channelId, id)),
    );
    for (const seq of dialled.flatMap(numbersOf)) expect(seq).toBeLessThanOrEqual(headOfComing!);
    return { head: head!, got: numbersOf(connected) };
  }

  it('refuses a draft of the removed member that waited there for the log’s lock', async () => {
    const scene = await channelScene(nodes.a, { members: ['alice'] });
    const { alice } = scene.members;
    const messages = nodes.b.app.get(MessagesService, { strict: false });
    const holder = await Holder.of(nodes.a, scene.channelId);
    await nodes.breakOff();
    const removing = remove(scene, alice);
    await eventually(async () => (await nodes.a.sql(REMOVAL_WAITS)).length > 0);
    const sent = messages
      .send(alice.id as UserId, scene.channelId as ConversationId, { content: 'too late' })
      .catch((error: unknown) => error);
    await writerWaits(nodes.b);
    await holder.commit();
    await removing;
    expect(await sent).toEqual(new NoAccess());
  });
}
