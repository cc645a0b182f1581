import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import type { Actor } from '../support/scene.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Conversation {
  alice: Actor;
  bob: Actor;
  a: SocketClient;
  b: SocketClient;
  /** The conversation's routes for bob. */
  path: string;
  audience: string;
  say: (count: number) => Promise<void>;
  /** The event's and the command's type. */
  type: 'read' | 'dm_read';
  /** How the event names the conversation. */
  named: object;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const saying = (alice: Actor, path: string) => async (count: number) => {
  for (let n = 0; n < count; n++) expectOk(await alice.api.post(`${path}/messages`, { content: `number ${n}` }));
};

async function channel(): Promise<Conversation> {
  const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
  const { alice, bob } = members;
  const path = `/channels/${channelId}`;
  const [a, b] = [await alice.channel(channelId), await bob.channel(channelId)];
  const named = { channel_id: channelId };
  return { alice, bob, a, b, path, audience: `channel:${channelId}`, say: saying(alice, path), type: 'read', named };
}

async function dm(): Promise<Conversation> {
  const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
  const a = await alice.dm(bob);
  const b = await bob.dm(alice);
  const { conversation_id: id } = await a.next('connected');
  const say = saying(alice, `/dms/${bob.id}`);
  const named = { conversation_id: id };
  return { alice, bob, a, b, path: `/dms/${alice.id}`, audience: `dm:${String(id)}`, say, type: 'dm_read', named };
}

describe.each([
  ['a channel (2)', channel],
  ['a DM (3)', dm],
])('how far somebody has read, in %s', (_name, make) => {
  it('the command moves the pointer, and everyone gets the event, the sender too', async () => {
    const { bob, a, b, say, type, named } = await make();
    await say(2);
    expect(await b.request({ type, seq: 2 })).toMatchObject({ type: 'ack' });
    const event = { type, user_id: bob.id, ...named, last_read_seq: 2 };
    expect(await a.next(type)).toEqual(event);
    expect(await b.next(type)).toEqual(event);
    expect((await bob.api.get('/users/me/unreads')).body.items).toMatchObject([{ last_read_seq: 2, unread_count: 0 }]);
  });

  it('by REST it is told as over a socket', async () => {
    const { bob, a, path, say, type } = await make();
    await say(1);
    expectOk(await bob.api.put(`${path}/read`, { seq: 1 }));
    expect(await a.next(type)).toMatchObject({ user_id: bob.id, last_read_seq: 1 });
  });

  it('is told at most once a second per user: then the latest', async () => {
    const { alice, a, b, say, type } = await make();
    await say(4);
    for (const seq of [1, 2, 3]) await b.request({ type, seq });
    await a.request({ type, seq: 4 });
    const told = [];
    for (let n = 0; n < 3; n++) told.push(await a.next(type));
    expect(told).toMatchObject([{ last_read_seq: 1 }, { user_id: alice.id, last_read_seq: 4 }, { last_read_seq: 3 }]);
  });

  it('that does not move the pointer tells nobody', async () => {
    const { a, b, say, type } = await make();
    await say(1);
    await b.request({ type, seq: 1 });
    await a.next(type);
    await b.request({ type, seq: 99 });
    await a.request({ type, seq: 1 });
    expect(await a.next(type)).toMatchObject({ user_id: expect.not.stringMatching(/^$/) as string, last_read_seq: 1 });
    expect((await a.untilMarker()).filter((event) => event.type === type)).toEqual([]);
  });

  it('with over 200 online nobody is told', async () => {
    const { a, b, audience, say, type } = await make();
    await say(1);
    const { sets } = app.app.get(Cluster, { strict: false });
    const come = (n: number) =>
      sets.join(audience, { member: `c${n}`, token: `t${n}`, data: { user_id: `u${n}`, username: `u${n}` } });
    for (let n = 2; n < 201; n++) await come(n);
    await b.request({ type, seq: 1 });
    // What was published before this arrives before it.
    await a.request({ type: type === 'read' ? 'typing' : 'dm_typing', is_typing: true });
    await b.next(type === 'read' ? 'typing' : 'dm_typing');
    expect((await b.untilMarker()).filter((event) => event.type === type)).toEqual([]);
    expect(a.seen.filter((event) => event.type === type)).toEqual([]);
  });

  it.each([{}, { seq: -1 }, { seq: '1' }, { seq: 1.5 }, { seq: null }])('refuses %j', async (body) => {
    const { b, type } = await make();
    expect(await b.request({ type, ...body })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'seq' }],
    });
  });
});

it('who was removed cannot move a pointer any more (2)', async () => {
  const { bob, b, say, path } = await channel();
  await say(1);
  await app.sql('DELETE FROM group_members WHERE user_id = $1', [bob.id]);
  expect(await b.request({ type: 'read', seq: 1 })).toMatchObject({ type: 'error', code: 'not_found' });
  expect(await bob.api.put(`${path}/read`, { seq: 1 })).toMatchObject({ status: 404 });
});
