import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveTopics } from '../../src/live/live-topics.js';
import { Actor, channelScene, register } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const KIB_256 = 256 * 1024;

let app: TestApp;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' } });
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

let topics = 0;
/** A name that no other test has. */
const freshTopic = () => `topic-${++topics}`;
const put = (topic: string, value: unknown, by = alice, ifMatch?: string) =>
  by.api.put(`/live/${topic}`, JSON.stringify(value), {
    ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }),
  });
const rule = (topic: string, rules: object, by = alice) => by.api.put(`/live/${topic}/rules`, rules);
const guest = async () => {
  const { body } = await app.api.post('/auth/guest', {});
  return app.api.as(body.access_token as string);
};
/** A text as long as that, as JSON. */
const jsonOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('PUT /api/live/:topic (7.3)', () => {
  it('sets the value, and answers { success: true, topic, version }', async () => {
    const topic = freshTopic();
    expect(await put(topic, { visitors: 1 })).toMatchObject({
      status: 200,
      body: { success: true, topic, version: 1 },
    });
    expect((await put(topic, { visitors: 2 })).body).toEqual({ success: true, topic, version: 2 });
    const { status, body } = await alice.api.get(`/live/${topic}`);
    expect([status, body]).toEqual([
      200,
      { success: true, message: 'Success', topic, version: 2, data: { visitors: 2 } },
    ]);
  });

  it('stores it in Postgres: it outlives the process, with its version', async () => {
    const topic = freshTopic();
    await put(topic, [1]);
    const other = await startTestApp({ databaseUrl: app.databaseUrl });
    try {
      const elsewhere = alice.on(other);
      expect((await elsewhere.api.get(`/live/${topic}`)).body).toMatchObject({ version: 1, data: [1] });
      expect((await put(topic, [2], elsewhere)).body.version).toBe(2);
    } finally {
      await other.close();
    }
    const rows = await app.sql('SELECT value, version FROM live_topics WHERE topic = $1', [topic]);
    expect(rows).toEqual([{ value: '[2]', version: '2' }]);
  });

  it.each([['{"a":{"b":[1,null,true]}}'], ['[]'], ['"text"'], ['0'], ['null'], ['false']])(
    'takes any JSON: %s',
    async (json) => {
      const topic = freshTopic();
      expect((await alice.api.put(`/live/${topic}`, json)).status).toBe(200);
      expect((await alice.api.get(`/live/${topic}`)).body.data).toEqual(JSON.parse(json));
    },
  );

  it('keeps it as it is written: spacing, doubled keys, numbers beyond a double, `__proto__`, and what Postgres calls no text', async () => {
    const topic = freshTopic();
    const json = '{ "b":1, "a":2,  "a":3, "n":12345678901234567890, "__proto__":{"x":1}, "z":"\\u0000\\ud800" }';
    await alice.api.put(`/live/${topic}`, json);
    const response = await fetch(`${app.url}/api/live/${topic}`, {
      headers: { authorization: `Bearer ${alice.token}` },
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.text()).toContain(`"data":${json}}`);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('takes 256 KiB, and not a byte more; of JSON it is one value, and no deeper than 64 levels', async () => {
    const topic = freshTopic();
    expect((await alice.api.put(`/live/${topic}`, jsonOf(KIB_256))).status).toBe(200);
    expect(await alice.api.put(`/live/${topic}`, jsonOf(KIB_256 + 1))).toMatchObject({
      status: 413,
      body: { code: 'too_large' },
    });
    expect((await alice.api.put(`/live/${topic}`, nested(64))).status).toBe(200);
    for (const bad of [nested(65), nested(100_000), '{"a":1', '1 2', "{'a':1}", '', '1e400', '[1e400]', 'NaN'])
      expect(await alice.api.put(`/live/${topic}`, bad)).toMatchObject({ status: 400, body: { code: 'bad_json' } });
    // Brackets inside of strings are no levels.
    expect((await put(topic, { '"[[': '['.repeat(200), '\\': '\\"[' })).status).toBe(200);
    expect((await alice.api.get(`/live/${topic}`)).body.version).toBe(3);
  });

  it('takes an object of over 256 keys: a value has its own limit (1)', async () => {
    const value = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]));
    expect((await put(freshTopic(), value)).status).toBe(200);
    expect((await rule(freshTopic(), { read: 'public', write: 'owner', ...value })).body.code).toBe('bad_json');
  });

  it('is conditional by `If-Match`: at that version alone, 0 being that of none', async () => {
    const topic = freshTopic();
    expect(await put(topic, 1, alice, '1')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await put(topic, 1, alice, '*')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await put(topic, 1, alice, '0')).body.version).toBe(1);
    expect((await put(topic, 2, alice, '0')).status).toBe(409);
    expect((await put(topic, 2, alice, '"1"')).body.version).toBe(2);
    expect((await put(topic, 3, alice, '*')).body.version).toBe(3);
    expect((await put(topic, 4, alice, 'W/"3"')).body).toMatchObject({ code: 'validation_failed' });
    expect((await alice.api.get(`/live/${topic}`)).body.data).toBe(3);
  });

  it('numbers 50 at the same moment 1 to 50, without a hole', async () => {
    const topic = freshTopic();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => put(topic, n)));
    const versions = answers.map(({ body }) => body.version as number).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    const last = answers.findIndex(({ body }) => body.version === 50);
    expect((await alice.api.get(`/live/${topic}`)).body).toMatchObject({ version: 50, data: last });
  });

  it('of 20 who make one topic at the same moment, one owns it', async () => {
    const topic = freshTopic();
    const users = await Promise.all(Array.from({ length: 20 }, () => register(app)));
    const answers = await Promise.all(users.map((user) => put(topic, user.id, user)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...users.slice(1).map(() => 403)]);
    const winner = users[answers.findIndex(({ status }) => status === 200)]!;
    expect((await winner.api.get(`/live/${topic}/rules`)).body.owner_id).toBe(winner.id);
  });

  it.each([['a b'], ['%00'], ['a%2Fb'], ['x'.repeat(129)], ['%C3%A9'], ['a\u{1f600}']])(
    'refuses the name %j',
    async (topic) => {
      expect(await alice.api.put(`/live/${topic}`, '1')).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field: 'topic' }] },
      });
    },
  );

  it.each([['__proto__'], ['constructor'], ['x'.repeat(128)], ['a.b:c-d_e']])('takes the name %j', async (topic) => {
    expect((await put(topic, 1)).body).toMatchObject({ topic, version: 1 });
    expect((await alice.api.get(`/live/${topic}`)).body.data).toBe(1);
  });

  it('wants a token, and JSON', async () => {
    expect((await app.api.put(`/live/${freshTopic()}`, '1')).body.code).toBe('auth_required');
    const headers = { 'content-type': 'text/plain' };
    expect((await alice.api.put(`/live/${freshTopic()}`, '1', { headers })).status).toBe(415);
  });

  it('lets a user own 1000 names', async () => {
    const carol = await register(app, 'carol');
    await app.sql(
      `INSERT INTO live_topics (namespace, topic, revision, version, owner_id, read_rule, write_rule, updated_at)
       SELECT '', 'carol-' || n, 1, 0, $1, 'public', 'owner', now() FROM generate_series(1, 1000) n`,
      [carol.id],
    );
    expect(await put('carol-1001', 1, carol)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await put('carol-1000', 1, carol)).status).toBe(200);
  });
});

describe('GET and DELETE /api/live/:topic (7.3)', () => {
  it('know of no topic that nobody has made', async () => {
    const topic = freshTopic();
    for (const answer of [await alice.api.get(`/live/${topic}`), await alice.api.delete(`/live/${topic}`)])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('after a deletion there is no value; versions only grow, also over the next one', async () => {
    const topic = freshTopic();
    await put(topic, 'first');
    expect((await alice.api.delete(`/live/${topic}`)).status).toBe(204);
    expect((await alice.api.get(`/live/${topic}`)).status).toBe(404);
    expect((await alice.api.delete(`/live/${topic}`)).status).toBe(404);
    expect((await put(topic, 'again')).body.version).toBe(3);
  });

  it('a deletion is the owner’s, keeps the name theirs, and may be conditional', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    await rule(topic, { read: 'public', write: 'public' });
    expect((await bob.api.delete(`/live/${topic}`)).body.code).toBe('forbidden');
    expect((await alice.api.delete(`/live/${topic}`, { headers: { 'if-match': '2' } })).status).toBe(409);
    expect((await alice.api.delete(`/live/${topic}`, { headers: { 'if-match': '1' } })).status).toBe(204);
    expect((await bob.api.get(`/live/${topic}/rules`)).body.owner_id).toBe(alice.id);
  });
});

describe('the rules of a topic (7.3)', () => {
  it('are its owner’s to decide: at first everyone with an account reads it, and the owner writes it', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    const rules = { topic, read: 'authenticated', write: 'owner', group_id: null, owner_id: alice.id };
    expect((await bob.api.get(`/live/${topic}/rules`)).body).toEqual(rules);
    expect((await bob.api.get(`/live/${topic}`)).status).toBe(200);
    expect((await put(topic, 2, bob)).body.code).toBe('forbidden');
    expect((await rule(topic, { read: 'public', write: 'public' }, bob)).body.code).toBe('forbidden');
    expect((await app.api.get(`/live/${topic}`)).body.code).toBe('auth_required');
    expect((await (await guest()).get(`/live/${topic}`)).body.code).toBe('forbidden');
  });

  it('`public`: everyone, guests too; to read, one needs no token', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    await rule(topic, { read: 'public', write: 'public' });
    expect((await app.api.get(`/live/${topic}`)).body.data).toBe(1);
    expect((await (await guest()).put(`/live/${topic}`, '2')).body.version).toBe(2);
    expect((await put(topic, 3, bob)).body.version).toBe(3);
    expect((await app.api.put(`/live/${topic}`, '4')).body.code).toBe('auth_required');
    expect((await (await guest()).put(`/live/${freshTopic()}`, '1')).body.code).toBe('forbidden');
  });

  it('`authenticated`: everyone with an account', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    await rule(topic, { read: 'authenticated', write: 'authenticated' });
    expect((await put(topic, 2, bob)).body.version).toBe(2);
    expect((await (await guest()).put(`/live/${topic}`, '3')).body.code).toBe('forbidden');
  });

  it('`group`: the members of a group, and the owner, until they leave it', async () => {
    const { owner, members, groupId } = await channelScene(app, { members: ['carol'] });
    const topic = freshTopic();
    const rules = { read: 'group', write: 'group', group_id: groupId.toUpperCase() };
    expect((await rule(topic, rules, owner)).body).toMatchObject({
      read: 'group',
      group_id: groupId,
      owner_id: owner.id,
    });
    expect((await put(topic, 1, members.carol)).body.version).toBe(1);
    expect((await members.carol.api.get(`/live/${topic}`)).body.data).toBe(1);
    for (const answer of [
      await put(topic, 2, bob),
      await bob.api.get(`/live/${topic}`),
      await bob.api.get(`/live/${topic}/rules`),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await members.carol.api.post(`/groups/${groupId}/leave`, {});
    expect((await put(topic, 2, members.carol)).status).toBe(403);
    expect((await members.carol.api.get(`/live/${topic}`)).status).toBe(403);
    await owner.api.delete(`/groups/${groupId}`);
    expect((await put(topic, 3, owner)).body.version).toBe(2);
  });

  it('name a group that the owner belongs to', async () => {
    const { groupId } = await channelScene(app, { members: [] });
    const topic = freshTopic();
    expect((await rule(topic, { read: 'group', write: 'owner', group_id: groupId })).body.code).toBe('not_found');
    for (const group_id of [undefined, null, 'x', 7])
      expect((await rule(topic, { read: 'group', write: 'owner', group_id })).body).toMatchObject({
        code: 'validation_failed',
        errors: [{ field: 'group_id' }],
      });
    expect((await rule(topic, { read: 'everyone', write: 'owner' })).body.errors[0].field).toBe('read');
    expect((await alice.api.get(`/live/${topic}/rules`)).status).toBe(404);
  });

  it('may be decided before there is a value, so that nobody sees the first one who may not', async () => {
    const topic = freshTopic();
    await rule(topic, { read: 'public', write: 'owner' });
    expect((await alice.api.get(`/live/${topic}`)).status).toBe(404);
    expect((await put(topic, 1, bob)).status).toBe(403);
    expect((await put(topic, 1)).body.version).toBe(1);
  });

  it('are never those that a value’s writer sends along: who owns a topic is told by the token', async () => {
    const topic = freshTopic();
    await put(topic, { owner_id: bob.id, read: 'public', write: 'public' });
    expect((await bob.api.get(`/live/${topic}/rules`)).body).toMatchObject({ owner_id: alice.id, write: 'owner' });
    await rule(topic, { read: 'public', write: 'public', owner_id: bob.id });
    expect((await bob.api.get(`/live/${topic}/rules`)).body.owner_id).toBe(alice.id);
  });
});

describe('LiveTopics for module authors (7.3)', () => {
  const live = () => app.app.get(LiveTopics);

  it('publish sets a value and owns what it makes', async () => {
    const topic = freshTopic();
    expect(await live().publish(topic, { a: [1] })).toMatchObject({ version: 1 });
    expect((await alice.api.get(`/live/${topic}`)).body).toMatchObject({ version: 1, data: { a: [1] } });
    expect((await put(topic, 2)).body.code).toBe('forbidden');
    expect((await rule(topic, { read: 'public', write: 'public' })).body.code).toBe('forbidden');
    await live().own(topic, { read: 'public', write: 'authenticated', groupId: null });
    expect((await put(topic, 2)).body.version).toBe(2);
  });

  it('own takes a topic from the user who has made it', async () => {
    const topic = freshTopic();
    await put(topic, 1);
    await live().own(topic, { read: 'public', write: 'owner', groupId: null });
    expect((await put(topic, 2)).body.code).toBe('forbidden');
    expect(await live().publish(topic, 2)).toMatchObject({ version: 2, ownerId: null });
  });

  it('a namespace of a module has topics of its own', async () => {
    const topic = freshTopic();
    await put(topic, 'shared');
    expect(await live().publish(topic, 'own', { namespace: '/board' })).toMatchObject({ version: 1 });
    expect((await alice.api.get(`/live/${topic}`)).body.data).toBe('shared');
  });

  it('publish refuses what is no value', async () => {
    await expect(live().publish(freshTopic(), undefined)).rejects.toMatchObject({ code: 'bad_json' });
    await expect(live().publish(freshTopic(), 'x'.repeat(KIB_256))).rejects.toMatchObject({ code: 'too_large' });
    await expect(live().publish('a b', 1)).rejects.toMatchObject({ code: 'validation_failed' });
  });
});
