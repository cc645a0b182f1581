import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionId, UserId } from '../../src/common/ids.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { channelScene, join, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { eventually } from '../support/eventually.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const GRACE_MS = 600;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { RECONNECT_GRACE_MS: String(GRACE_MS) } });
});
afterAll(() => app.close());

const isPresence = ({ type }: ReceivedEvent) => ['user_joined', 'user_left', 'presence_diff'].includes(type);
const sceneWith = <Name extends string>(members: readonly Name[]) => channelScene(app, { members });

/** A user who comes makes a marker in the stream of presence: what is told before it is all that was told. */
async function presenceUntil(watcher: SocketClient, marker: Actor, channelId: string): Promise<ReceivedEvent[]> {
  const socket = await marker.channel(channelId);
  await eventually(() => watcher.seen.some((event) => isPresence(event) && event['user_id'] === marker.id));
  const told = watcher.queue.splice(0).filter((event) => isPresence(event) && event['user_id'] !== marker.id);
  await socket.close();
  await watcher.next((event) => event.type === 'user_left' && event['user_id'] === marker.id);
  return told;
}

describe('user_joined and user_left (2)', () => {
  it('are told for the first connection of a user and after the last, and not to that user', async () => {
    const { owner, members, channelId } = await sceneWith(['alice', 'bob']);
    const alice = await members.alice.channel(channelId);
    const one = await members.bob.channel(channelId);
    expect(await alice.next('user_joined')).toEqual({
      type: 'user_joined',
      user_id: members.bob.id,
      username: members.bob.username,
      channel_id: channelId,
    });
    const two = await members.bob.channel(channelId);
    expect(two.seen[0]).toMatchObject({ type: 'online_users', users: [members.alice.id, members.bob.id], total: 2 });
    await one.close();
    expect(await presenceUntil(alice, owner, channelId)).toEqual([]);
    expect([...one.seen, ...two.seen].filter((e) => isPresence(e) && e['user_id'] === members.bob.id)).toEqual([]);
    await two.close();
    expect(await alice.next('user_left')).toEqual({
      type: 'user_left',
      user_id: members.bob.id,
      username: members.bob.username,
      channel_id: channelId,
    });
  });

  it('a connection that broke has RECONNECT_GRACE_MS to come back before the others are told', async () => {
    const { members, channelId } = await sceneWith(['alice', 'bob']);
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.channel(channelId);
    await alice.next('user_joined');
    const brokeAt = performance.now();
    bob.terminate();
    await alice.next('user_left');
    expect(performance.now() - brokeAt).toBeGreaterThanOrEqual(GRACE_MS - 5);
  });

  it('are not told when a connection that broke came back in time', async () => {
    const { owner, members, channelId } = await sceneWith(['alice', 'bob']);
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.channel(channelId);
    await alice.next('user_joined');
    bob.terminate();
    await bob.closed;
    const back = await members.bob.channel(channelId);
    expect(back.seen[0]).toMatchObject({ users: expect.arrayContaining([members.bob.id]) as string[], total: 2 });
    // Another whose grace begins now: when it is told, that of bob's is over.
    const later = await owner.channel(channelId);
    later.terminate();
    await alice.next((event) => event.type === 'user_left' && event['user_id'] === owner.id);
    const aboutBob = alice.seen.filter((event) => isPresence(event) && event['user_id'] === members.bob.id);
    expect(aboutBob.map(({ type }) => type)).toEqual(['user_joined']);
  });

  it('a clean close leaves at once', async () => {
    const { members, channelId } = await sceneWith(['alice', 'bob']);
    const alice = await members.alice.channel(channelId);
    const bob = await members.bob.channel(channelId);
    await alice.next('user_joined');
    const closedAt = performance.now();
    await bob.close();
    await alice.next('user_left');
    expect(performance.now() - closedAt).toBeLessThan(GRACE_MS);
  });
});

describe('the query presence (2)', () => {
  it('diff gives presence_diff, each one event per join and leave, none nothing', async () => {
    const { members, channelId } = await sceneWith(['each', 'diff', 'none', 'bob']);
    const each = await members.each.channel(channelId, { presence: 'each' });
    const diff = await members.diff.channel(channelId, { presence: 'diff' });
    const none = await members.none.channel(channelId, { presence: 'none' });
    const { id, username } = members.bob;
    const bob = await members.bob.channel(channelId);
    await each.next((event) => event.type === 'user_joined' && event['user_id'] === id);
    const joined = await diff.next(
      (event) => (event['joined'] as { user_id: string }[] | undefined)?.some((user) => user.user_id === id) === true,
    );
    expect(joined).toMatchObject({ type: 'presence_diff', channel_id: channelId, left: [] });
    expect(joined['joined']).toContainEqual({ user_id: id, username });
    await bob.close();
    await each.next((event) => event.type === 'user_left' && event['user_id'] === id);
    expect(await diff.next((event) => (event['left'] as string[] | undefined)?.includes(id) === true)).toEqual({
      type: 'presence_diff',
      channel_id: channelId,
      joined: [],
      left: [id],
    });
    expect((await none.untilMarker()).filter(isPresence)).toEqual([]);
    expect(each.seen.map(({ type }) => type)).not.toContain('presence_diff');
    expect(diff.seen.map(({ type }) => type)).not.toContain('user_joined');
  });
});

describe('with over 1000 users online (2)', () => {
  const clean = { how: 'clean' } as const;

  it('a client with each gets a fresh online_users after 10 s, one with diff its diffs, and each one event again later', async () => {
    const { members, channelId } = await sceneWith(['each', 'diff']);
    const presence = app.app.get(PresenceService, { strict: false });
    const clock = new ManualClock();
    // The scopes that begin now have a clock of their own, so that nobody has to wait for ten seconds.
    const systemClock: unknown = Reflect.get(presence, 'clock');
    Reflect.set(presence, 'clock', clock);
    const each = await members.each.channel(channelId);
    const diff = await members.diff.channel(channelId, { presence: 'diff' });
    Reflect.set(presence, 'clock', systemClock);
    const come = (name: string) => {
      const arrival = { connectionId: name as ConnectionId, userId: name as UserId, username: name };
      return presence.enter(`channel:${channelId}`, arrival, undefined);
    };
    const places = [];
    for (let n = 0; n < 1000; n += 1) places.push(await come(`user${n}`));

    clock.advance(100);
    const { joined } = (await diff.next('presence_diff')) as unknown as { joined: object[] };
    expect(joined).toHaveLength(1000);
    clock.advance(10_000);
    const event = await each.next((found) => found.type === 'online_users' && found['total'] === 1002);
    expect(event['users']).toHaveLength(1000);
    expect(Object.keys(event)).toEqual(['type', 'users', 'total', 'channel_id']);
    for (const place of places.slice(0, 2)) await place.leave(clean);
    clock.advance(10_000);
    await each.next((found) => found.type === 'online_users' && found['total'] === 1000);
    await places[2]?.leave(clean);
    clock.advance(100);
    expect(await each.next('user_left')).toMatchObject({ user_id: 'user2' });
    const told = each.seen.filter(isPresence).filter((found) => found['user_id'] !== members.diff.id);
    expect(told.map(({ type }) => type)).toEqual(['user_left']);
    expect(diff.seen.map(({ type }) => type).filter((type) => type === 'online_users')).toHaveLength(1);
    await Promise.all([each.close(), diff.close()]);
    for (const place of places) await place.leave(clean);
  });
});

describe('online_users and the joins after it (2)', () => {
  it('name everyone who is online once, for each of thirty who come at once', async () => {
    const { owner, channelId, groupId } = await sceneWith([]);
    const users = await Promise.all(Array.from({ length: 30 }, () => register(app, 'storm')));
    for (const user of users) await join(owner, user, groupId);
    const clients = await Promise.all(users.map((user) => user.channel(channelId)));
    const everyone = users.map(({ id }) => id).sort();
    for (const client of clients) {
      const known = () => {
        const roster = client.seen[0]?.['users'] as string[];
        const joined = client.seen.filter(({ type }) => type === 'user_joined').map((event) => event['user_id']);
        return [...roster, ...(joined as string[])].sort();
      };
      await eventually(() => known().length >= everyone.length);
      expect(known()).toEqual(everyone);
      expect(client.seen.map(({ type }) => type)).not.toContain('user_left');
    }
  });

  it('hold when others come and go meanwhile', async () => {
    const { owner, channelId, groupId, members } = await sceneWith(['alice']);
    const users = await Promise.all(Array.from({ length: 12 }, () => register(app, 'churn')));
    for (const user of users) await join(owner, user, groupId);
    const early = users.slice(0, 6);
    const late = users.slice(6);
    const goers = await Promise.all(early.map((user) => user.channel(channelId)));
    const [watchers] = await Promise.all([
      Promise.all([1, 2, 3, 4].map(() => members.alice.channel(channelId))),
      Promise.all(goers.map((client) => client.close())),
      Promise.all(late.map((user) => user.channel(channelId))),
    ]);
    const expected = [members.alice, ...late].map(({ id }) => id).sort();
    for (const watcher of watchers) {
      await eventually(() => {
        expect(onlineAsSeenBy(watcher)).toEqual(expected);
        return true;
      });
    }
  });
});

/** Who is online, as the events of one client tell it; a join of one who is there, or the reverse, fails. */
function onlineAsSeenBy({ seen }: SocketClient): string[] {
  const online = new Set(seen[0]?.['users'] as string[]);
  for (const event of seen.filter(isPresence)) {
    const id = event['user_id'] as string;
    expect(online.has(id)).toBe(event.type === 'user_left');
    if (event.type === 'user_joined') online.add(id);
    else online.delete(id);
  }
  return [...online].sort();
}
