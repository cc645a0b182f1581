import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register, typesOf } from '../support/scene.js';
import type { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const SHORT_GRACE_MS = 300;

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

const pair = async (at = app) => [await register(at, 'alice'), await register(at, 'bob')] as const;

const isPresence = ({ type }: ReceivedEvent) => type === 'dm_user_online' || type === 'dm_user_offline';
const presenceOf = (socket: SocketClient) => typesOf(socket.seen.filter(isPresence));

describe('dm_user_online and dm_user_offline (3)', () => {
  it('tell the other side who came and went, and name the conversation', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const { conversation_id } = await a.next('connected');
    const b = await bob.dm(alice);
    const who = { user_id: bob.id, username: bob.username, conversation_id };
    expect(await a.next(isPresence)).toEqual({ type: 'dm_user_online', ...who });
    await b.close();
    expect(await a.next(isPresence)).toEqual({ type: 'dm_user_offline', ...who });
  });

  it('come once per user, however many devices it has, and not to the user itself', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const devices = [await bob.dm(alice), await bob.dm(alice), await bob.dm(alice)];
    await a.next('dm_user_online');
    const last = devices.pop();
    for (const device of devices) await device.close();
    await last?.close();
    await a.next('dm_user_offline');
    await bob.dm(alice);
    await a.next('dm_user_online');
    expect(presenceOf(a)).toEqual(['dm_user_online', 'dm_user_offline', 'dm_user_online']);
    for (const device of [...devices, last!])
      expect(device.seen.filter(isPresence)).toMatchObject([{ user_id: alice.id }]);
  });

  it('reach every device of the other side', async () => {
    const [alice, bob] = await pair();
    const devices = [await alice.dm(bob), await alice.dm(bob)];
    await bob.dm(alice);
    for (const device of devices) expect(await device.next('dm_user_online')).toMatchObject({ user_id: bob.id });
  });

  it('say that one whose connection broke has gone, once its grace is over and not before', async () => {
    const [alice, bob] = await pair(hasty);
    const a = await alice.dm(bob);
    const b = await bob.dm(alice);
    await a.next('dm_user_online');
    const broken = performance.now();
    b.terminate();
    await a.next('dm_user_offline');
    expect(performance.now() - broken).toBeGreaterThanOrEqual(SHORT_GRACE_MS - 5);
  });

  it('say nothing of one who broke and came back within its grace', async () => {
    const [alice, bob] = await pair();
    const a = await alice.dm(bob);
    const b = await bob.dm(alice);
    await a.next('dm_user_online');
    b.terminate();
    await b.closed;
    const again = await bob.dm(alice);
    await again.close();
    await a.next('dm_user_offline');
    expect(presenceOf(a)).toEqual(['dm_user_online', 'dm_user_offline']);
  });

  it('are not sent with presence=none, which leaves messages and typing as they are', async () => {
    const [alice, bob] = await pair();
    const quiet = await alice.dm(bob, { presence: 'none' });
    const other = await alice.dm(bob);
    const b = await bob.dm(alice);
    await other.next('dm_user_online');
    await b.close();
    await other.next('dm_user_offline');
    const back = await bob.dm(alice);
    back.send({ type: 'dm_typing', is_typing: true });
    back.send({ type: 'dm_message', content: 'marker' });
    await quiet.next('dm_typing');
    await quiet.next('dm_message');
    expect(presenceOf(quiet)).toEqual([]);
  });

  it('in one conversation say nothing about another', async () => {
    const [alice, bob] = await pair();
    const carol = await register(app, 'carol');
    const a = await alice.dm(bob);
    await carol.dm(bob);
    await bob.dm(carol);
    await alice.dm(carol);
    expect((await (await bob.dm(alice)).next('connected'))['other_user_online']).toBe(true);
    await a.next('dm_user_online');
    expect(a.seen.filter(isPresence)).toHaveLength(1);
  });
});

describe('dm_typing (3)', () => {
  it('goes to the other side only: all its devices, none of the sender’s', async () => {
    const [alice, bob] = await pair();
    const ours = [await alice.dm(bob), await alice.dm(bob)];
    const theirs = [await bob.dm(alice), await bob.dm(alice)];
    const { conversation_id } = await ours[0]!.next('connected');
    expect(await ours[0]!.request({ type: 'dm_typing', is_typing: true })).toMatchObject({ type: 'ack' });
    for (const device of theirs)
      expect(await device.next('dm_typing')).toEqual({
        type: 'dm_typing',
        user_id: alice.id,
        username: alice.username,
        is_typing: true,
        conversation_id,
      });
    theirs[0]!.send({ type: 'dm_typing', is_typing: false });
    for (const device of ours) {
      expect(await device.next('dm_typing')).toMatchObject({ user_id: bob.id, is_typing: false });
      expect(device.seen.filter(({ type }) => type === 'dm_typing')).toHaveLength(1);
    }
  });

  it('ends by itself after 6 s', async () => {
    const [alice, bob] = await pair();
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    const begun = performance.now();
    a.send({ type: 'dm_typing', is_typing: true });
    expect(await b.next('dm_typing')).toMatchObject({ is_typing: true });
    expect(await b.next('dm_typing', 9000)).toMatchObject({ is_typing: false, user_id: alice.id });
    expect(performance.now() - begun).toBeGreaterThan(5900);
  });

  it('ends with its connection, and is never stored', async () => {
    const [alice, bob] = await pair();
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    a.send({ type: 'dm_typing', is_typing: true });
    await b.next('dm_typing');
    a.terminate();
    expect(await b.next('dm_typing')).toMatchObject({ is_typing: false, user_id: alice.id });
    const resumed = await bob.dm(alice, { since: '0', history: '100' });
    expect(await resumed.next('history')).toMatchObject({ messages: [] });
    expect(await resumed.next('resumed')).toMatchObject({ last_seq: 0 });
  });

  it.each([{}, { is_typing: 'yes' }, { is_typing: null }, { is_typing: 1 }])(
    'with %j is validation_failed',
    async (fields) => {
      const [alice, bob] = await pair();
      const a = await alice.dm(bob);
      expect(await a.request({ type: 'dm_typing', ...fields })).toMatchObject({
        type: 'error',
        code: 'validation_failed',
        details: [{ field: 'is_typing' }],
      });
    },
  );
});
