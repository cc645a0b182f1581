import { Injectable, Module, OnModuleInit } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LiveGatewayModule } from '../../src/gateways/live/live-gateway.module.js';
import { LiveNamespaces } from '../../src/gateways/live/live-namespaces.js';
import { LiveSubscriptions } from '../../src/live/live-subscriptions.js';
import { LiveTopics } from '../../src/live/live-topics.js';
import { ChaosProxy } from '../faults/support/chaos-proxy.js';
import { eventually } from '../support/eventually.js';
import { Actor, channelScene, register } from '../support/scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const TRANSPORTS = [['websocket'], ['polling']] as const;

@Injectable()
class Board implements OnModuleInit {
  constructor(private readonly namespaces: LiveNamespaces) {}

  onModuleInit(): void {
    this.namespaces.add('/board');
  }
}

@Module({ imports: [LiveGatewayModule], providers: [Board] })
class BoardModule {}

let app: TestApp;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  app = await startTestApp({
    env: { GUESTS_ENABLED: '1', LIVE_NAMESPACES: '/live,/dash', WS_RATE_PER_SECOND: '0' },
    extraModules: [BoardModule],
  });
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

let topics = 0;
/** A name that no other test has. */
const freshTopic = () => `live-${++topics}`;
type Options = Parameters<typeof SocketIoClient.connect>[1];
const connect = (
  user: Actor | undefined = alice,
  { namespace = '/live', ...options }: Options & { namespace?: string } = {},
) => SocketIoClient.connect(`${app.url}${namespace}`, { auth: { token: user.token }, ...options });
const guest = () => SocketIoClient.connect(`${app.url}/live`);
/** Subscribed, with its `current_data` taken. */
const subscribed = async (topic: string, user?: Actor, options?: Options) => {
  const client = await connect(user, options);
  client.emit('subscribe_updates', { topic });
  const current = await client.next('current_data');
  return { client, current };
};
const put = async (topic: string, value: unknown, by = alice) => {
  const { status, body } = await by.api.put(`/live/${topic}`, JSON.stringify(value));
  expect(status).toBe(200);
  return body.version as number;
};
const rule = async (topic: string, rules: object, by = alice) => {
  expect((await by.api.put(`/live/${topic}/rules`, rules)).status).toBe(200);
};
const live = () => app.app.get(LiveTopics);
/** What came before the answer to an event that changes nothing: silence means that nothing is in it. */
const untilNow = async (client: SocketIoClient) => {
  await client.request('unsubscribe_updates', { topic: 'not-followed' });
  return client.queue.splice(0);
};
const envelope = (data: unknown) => ({ success: true, message: 'Success', data });

describe.each(TRANSPORTS)('a live topic over %s (7.3)', (transport) => {
  const options = { transports: [transport] };

  it('subscribe_updates → current_data with two arguments: the envelope of the value, and { topic, version }', async () => {
    const topic = freshTopic();
    await put(topic, { visitors: 1 });
    const { current } = await subscribed(topic, alice, options);
    expect(current).toEqual([envelope({ visitors: 1 }), { topic, version: 1 }]);
  });

  it('then data_updated with two arguments, the value and { topic, version }, for each change', async () => {
    const topic = freshTopic();
    const { client, current } = await subscribed(topic, alice, options);
    expect(current).toEqual([envelope(null), { topic, version: 0 }]);
    for (const value of [{ n: 1 }, [2], 'three', 4, null, false]) {
      const version = await put(topic, value);
      expect(await client.next('data_updated')).toEqual([value, { topic, version }]);
    }
  });

  it('unsubscribe_updates ends it', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic, alice, options);
    const { client: witness } = await subscribed(topic, bob, options);
    expect(await client.request('unsubscribe_updates', { topic })).toEqual(envelope({ topics: [topic] }));
    await put(topic, 1);
    await witness.next('data_updated');
    expect(await untilNow(client)).toEqual([]);
  });

  it('takes a value of 256 KiB to its subscribers', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic, alice, options);
    const value = 'x'.repeat(256 * 1024 - 2);
    await put(topic, value);
    const [data] = await client.next('data_updated');
    expect(data).toBe(value);
    expect((await subscribed(topic, alice, options)).current[0]).toEqual(envelope(value));
  });
});

describe('subscribe_updates { topic? (`default`) } (7.3)', () => {
  it('without a topic means `default`', async () => {
    const client = await connect();
    await put('default', 'hello');
    client.emit('subscribe_updates');
    expect(await client.next('current_data')).toEqual([envelope('hello'), { topic: 'default', version: 1 }]);
    expect(await client.request('subscribe_updates', { topic: null })).toEqual(
      envelope({ topic: 'default', version: 1 }),
    );
  });

  it('is acknowledged with the version that current_data had', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    const client = await connect();
    expect(await client.request('subscribe_updates', { topic })).toEqual(envelope({ topic, version: 1 }));
    expect(client.seen.map(({ event }) => event)).toEqual(['current_data']);
  });

  it('again gives current_data again, and each later value once', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic);
    await client.request('subscribe_updates', { topic });
    await put(topic, 1);
    await client.next('data_updated');
    expect(await untilNow(client)).toMatchObject([{ event: 'current_data' }]);
  });

  it('is for any number of topics, each told apart', async () => {
    const [one, two] = [freshTopic(), freshTopic()];
    const { client } = await subscribed(one);
    await client.request('subscribe_updates', { topic: two });
    await put(two, 2);
    await put(one, 1);
    expect(await client.next('data_updated')).toEqual([2, { topic: two, version: 1 }]);
    expect(await client.next('data_updated')).toEqual([1, { topic: one, version: 1 }]);
  });

  it('is for 100 topics of one connection at most', async () => {
    const client = await connect();
    for (let n = 0; n < 100; n++)
      expect(await client.request('subscribe_updates', { topic: `n${n}` })).toMatchObject({ success: true });
    expect(await client.request('subscribe_updates', { topic: 'n100' })).toMatchObject({
      success: false,
      code: 'conflict',
    });
    expect(await client.request('subscribe_updates', { topic: 'n1' })).toMatchObject({ success: true });
    await client.request('unsubscribe_updates', { topic: 'n0' });
    expect(await client.request('subscribe_updates', { topic: 'n100' })).toMatchObject({ success: true });
  });

  it.each([['a b'], [''], ['x'.repeat(129)], [7], [{}], [['default']]])('refuses the topic %j', async (topic) => {
    const client = await connect();
    const refusal = { success: false, code: 'validation_failed', details: [{ field: 'topic' }] };
    expect(await client.request('subscribe_updates', { topic })).toMatchObject(refusal);
    const [error] = await client.next('error');
    expect(error).toMatchObject(refusal);
    expect(error['error']).toBe(error['message']);
  });

  it('a fault of ours is told with the same `error_id` in the acknowledgement and in `error` (7)', async () => {
    const client = await connect();
    vi.spyOn(app.app.get(LiveSubscriptions), 'follow').mockRejectedValueOnce(new Error('a fault'));
    const answer = await client.request('subscribe_updates', { topic: freshTopic() });
    const [error] = await client.next('error');
    expect(answer).toMatchObject({ success: false, code: 'internal', error_id: expect.any(String) as string });
    expect(error).toEqual(answer);
  });

  it.each([['__proto__'], ['constructor'], ['hasOwnProperty']])('takes %j as a name like any other', async (topic) => {
    const { client, current } = await subscribed(topic);
    expect(current).toEqual([envelope(null), { topic, version: 0 }]);
    await put(topic, { ok: true });
    expect(await client.next('data_updated')).toEqual([{ ok: true }, { topic, version: 1 }]);
  });
});

describe('unsubscribe_updates { topic? (all) } (7.3)', () => {
  it('without a topic ends all', async () => {
    const [one, two] = [freshTopic(), freshTopic()];
    const { client } = await subscribed(one);
    await client.request('subscribe_updates', { topic: two });
    await client.next('current_data');
    const { client: witness } = await subscribed(two, bob);
    expect(await client.request('unsubscribe_updates')).toEqual(envelope({ topics: [one, two] }));
    await put(one, 1);
    await put(two, 2);
    await witness.next('data_updated');
    expect(await untilNow(client)).toEqual([]);
    expect(await client.request('unsubscribe_updates', { topic: one })).toEqual(envelope({ topics: [] }));
  });
});

describe('versions only grow, and a value that a newer one has replaced may be skipped (7.3)', () => {
  it('over a deletion, which subscribers get as null, and the next value', async () => {
    const topic = freshTopic();
    await put(topic, 'first');
    const { client } = await subscribed(topic);
    await alice.api.delete(`/live/${topic}`);
    expect(await client.next('data_updated')).toEqual([null, { topic, version: 2 }]);
    expect((await subscribed(topic)).current).toEqual([envelope(null), { topic, version: 2 }]);
    await put(topic, 'again');
    expect(await client.next('data_updated')).toEqual(['again', { topic, version: 3 }]);
  });

  it('of 50 values at the same moment a subscriber gets the last, in growing versions', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic);
    await Promise.all(Array.from({ length: 50 }, (_, n) => put(topic, n)));
    const last = (await alice.api.get(`/live/${topic}`)).body as { data: number; version: number };
    expect(last.version).toBe(50);
    await client.next('data_updated', () => versionsOf(client).at(-1) === 50);
    const versions = versionsOf(client);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(client.seen.at(-1)?.args[0]).toBe(last.data);
  });

  it('a client that does not read is owed the latest value, and not all of those before', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic);
    const { client: witness } = await subscribed(topic, bob);
    const net = (client.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } })
      .ws._socket;
    net.pause();
    const value = 'x'.repeat(256 * 1024 - 10);
    const values = 60;
    for (let n = 1; n <= values; n++) await live().publish(topic, `${value}${n}`);
    await witness.next('data_updated', () => versionsOf(witness).at(-1) === values);
    net.resume();
    const [data] = await client.next('data_updated', () => versionsOf(client).at(-1) === values);
    expect(data).toBeDefined();
    const versions = versionsOf(client);
    expect(client.seen.at(-1)?.args[0]).toBe(`${value}${values}`);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(versions.length).toBeLessThan(values);
  });
});

describe('many large values (7.3, 1.2)', () => {
  const TOPICS = 40;
  const LARGE = 'x'.repeat(256 * 1024 - 10);
  const publishAll = async (names: readonly string[], mark: string) => {
    for (const name of names) await live().publish(name, `${LARGE}${mark}`);
  };
  const latest = (client: SocketIoClient) =>
    new Map(
      client.seen.filter(({ args }) => args.length === 2).map(({ args: [, at] }) => [at!['topic'], at!['version']]),
    );
  const allAt = (client: SocketIoClient, version: number) =>
    eventually(() => {
      const versions = [...latest(client).values()];
      expect(client.socket.connected).toBe(true);
      return versions.length === TOPICS && versions.every((each) => each === version);
    }, 15_000);
  const follow = async (url: string, transport: 'websocket' | 'polling') => {
    const names = Array.from({ length: TOPICS }, freshTopic);
    await publishAll(names, '1');
    const options = { auth: { token: alice.token }, transports: [transport] };
    const client = await SocketIoClient.connect(`${url}/live`, options);
    for (const topic of names) client.emit('subscribe_updates', { topic });
    await allAt(client, 1);
    await publishAll(names, '2');
    await allAt(client, 2);
    await Promise.all(names.map((name) => live().publish(name, `${LARGE}3`)));
    await allAt(client, 3);
    client.close();
  };

  it('reach a client whose line is slower than they come, which is not cut for that', { timeout: 60_000 }, async () => {
    const line = await ChaosProxy.before(app.url, { bytesPerSecond: 6_000_000 });
    await follow(line.url, 'websocket');
    await line.close();
  });

  it('reach a client that polls', { timeout: 60_000 }, () => follow(app.url, 'polling'));
});

describe('owners decide who reads a topic: `public`, `authenticated`, or a group’s members (7.3)', () => {
  it('a guest, who connects without any credential, reads what is public', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    const client = await guest();
    expect(await client.request('subscribe_updates', { topic })).toMatchObject({ success: false, code: 'forbidden' });
    await rule(topic, { read: 'public', write: 'owner' });
    expect(await client.request('subscribe_updates', { topic })).toMatchObject({ success: true });
    expect(await client.next('current_data')).toEqual([envelope(1), { topic, version: 1 }]);
  });

  it('a stranger to the group is refused; a member reads, until they leave: then they are told, and get nothing more', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['carol', 'dave'] });
    const topic = freshTopic();
    await rule(topic, { read: 'group', write: 'owner', group_id: groupId }, owner);
    await put(topic, 1, owner);
    const stranger = await connect(bob);
    expect(await stranger.request('subscribe_updates', { topic })).toMatchObject({ success: false, code: 'forbidden' });
    const { client, current } = await subscribed(topic, members.carol);
    expect(current[0]).toEqual(envelope(1));
    const { client: dave } = await subscribed(topic, members.dave);
    await members.carol.api.post(`/groups/${groupId}/leave`, {});
    const unsubscribed = { topic, code: 'forbidden', message: expect.any(String) };
    expect(await client.next('unsubscribed')).toEqual([unsubscribed]);
    await put(topic, 2, owner);
    expect(await dave.next('data_updated')).toEqual([2, { topic, version: 2 }]);
    expect(await untilNow(client)).toEqual([]);
    await owner.api.delete(`/groups/${groupId}`);
    expect(await dave.next('unsubscribed')).toEqual([unsubscribed]);
  });

  it('other rules drop those who may not read by them, before the next value', async () => {
    const topic = freshTopic();
    await rule(topic, { read: 'public', write: 'owner' });
    const client = await guest();
    await client.request('subscribe_updates', { topic });
    const { client: own } = await subscribed(topic, alice);
    const { client: other } = await subscribed(topic, bob);
    await Promise.all([rule(topic, { read: 'authenticated', write: 'owner' }), put(topic, 1)]);
    await own.next('data_updated');
    await other.next('data_updated');
    await client.next('unsubscribed');
    await put(topic, 'secret');
    await own.next('data_updated');
    expect((await untilNow(client)).filter(({ args }) => args[0] === ('secret' as never))).toEqual([]);
    expect(await client.request('subscribe_updates', { topic })).toMatchObject({ code: 'forbidden' });
  });

  it('who waits for a topic that nobody has made gets it only if its rules allow', async () => {
    const topic = freshTopic();
    const client = await guest();
    expect(await client.request('subscribe_updates', { topic })).toMatchObject({ data: { topic, version: 0 } });
    const { client: own } = await subscribed(topic);
    await put(topic, 'for users');
    await own.next('data_updated');
    await client.next('unsubscribed');
    expect(client.seen.map(({ event }) => event)).not.toContain('data_updated');
  });
});

describe('`LIVE_NAMESPACES` (7.3)', () => {
  it('lists the namespaces, which have the same topics', async () => {
    const topic = freshTopic();
    const client = await connect(alice, { namespace: '/dash' });
    await client.request('subscribe_updates', { topic });
    await put(topic, 1);
    expect(await client.next('data_updated')).toEqual([1, { topic, version: 1 }]);
    const refused = await SocketIoClient.refusal(`${app.url}/lively`, { auth: { token: alice.token } });
    expect(refused.message).toMatch(/namespace/i);
  });

  it('a module may register more, with topics of their own', async () => {
    const topic = freshTopic();
    const client = await connect(alice, { namespace: '/board' });
    await client.request('subscribe_updates', { topic });
    await put(topic, 'shared');
    await live().publish(topic, 'own', { namespace: '/board' });
    expect(await client.next('data_updated')).toEqual(['own', { topic, version: 1 }]);
  });

  it('wants a credential, where guests may not come', async () => {
    const off = await startTestApp({ databaseUrl: app.databaseUrl });
    try {
      expect((await SocketIoClient.refusal(`${off.url}/live`)).data).toMatchObject({ code: 'auth_required' });
      const refused = await SocketIoClient.refusal(`${off.url}/live`, { auth: { token: 'forged' } });
      expect(refused.data).toMatchObject({ code: 'invalid_token' });
    } finally {
      await off.close();
    }
  });
});

describe('in code: LiveTopics.publish(topic, data) (7.3)', () => {
  it('reaches every subscriber, as it is', async () => {
    const topic = freshTopic();
    const { client } = await subscribed(topic);
    const data = { when: '2030-01-01', nested: [{ __proto__: null, a: 1 }], '\u2028': '\ud83d\ude00' };
    const { version } = await live().publish(topic, data);
    expect(await client.next('data_updated')).toEqual([JSON.parse(JSON.stringify(data)), { topic, version }]);
  });
});

describe('bad input on the live gateway', () => {
  it.each([['subscribe_updates'], ['unsubscribe_updates'], ['no such event'], ['__proto__'], ['data_updated']])(
    'of %j is told to its sender alone, and the server lives',
    async (event) => {
      const topic = freshTopic();
      const { client: witness } = await subscribed(topic, bob);
      const client = await connect();
      for (const payload of [7, 'x', [1], { topic: { $ne: 1 } }])
        expect(await client.request(event, payload)).toMatchObject({ success: false, code: expect.any(String) });
      await put(topic, 1);
      await witness.next('data_updated');
      expect(witness.queue).toEqual([]);
    },
  );

  it('a payload cannot say who one is, nor set a value', async () => {
    const { owner, groupId } = await channelScene(app, { members: [] });
    const topic = freshTopic();
    await rule(topic, { read: 'group', write: 'owner', group_id: groupId }, owner);
    const client = await connect(bob, { query: { user_id: owner.id } });
    const forged = { topic, user_id: owner.id, userId: owner.id, owner_id: owner.id, data: 1 };
    expect(await client.request('subscribe_updates', forged)).toMatchObject({ code: 'forbidden' });
    expect(await client.request('data_updated', forged)).toMatchObject({ success: false });
    expect((await owner.api.get(`/live/${topic}`)).status).toBe(404);
  });
});

function versionsOf(client: SocketIoClient): number[] {
  return client.seen.filter(({ event }) => event === 'data_updated').map(({ args }) => args[1]!['version'] as number);
}
