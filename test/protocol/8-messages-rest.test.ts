import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiResponse } from '../support/api-client.js';
import type { Actor } from '../support/scene.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Message {
  id: string;
  seq: number;
  rev: number;
  content: string;
}

interface Conversation {
  alice: Actor;
  bob: Actor;
  /** The routes of the conversation for alice, and for bob. */
  ofAlice: string;
  ofBob: string;
  /** The type of the event that sockets get. */
  event: string;
  connect: (user: Actor) => Promise<SocketClient>;
}

/** What a parser of numbers takes for one, though it is none to whoever writes a query. */
const ODD_NUMBERS = ['', '1e1', '0x1', '%2B1', '%201', '1.0'];

const NOWHERE = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

async function channel(): Promise<Conversation> {
  const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
  const path = `/channels/${channelId}`;
  return { ...members, ofAlice: path, ofBob: path, event: 'message', connect: (user) => user.channel(channelId) };
}

async function dm(): Promise<Conversation> {
  const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
  const connect = (user: Actor) => user.dm(user === alice ? bob : alice);
  return { alice, bob, ofAlice: `/dms/${bob.id}`, ofBob: `/dms/${alice.id}`, event: 'dm_message', connect };
}

async function write({ alice, ofAlice }: Conversation, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  for (let n = 1; n <= count; n++)
    messages.push(expectOk(await alice.api.post(`${ofAlice}/messages`, { content: `number ${n}` })) as Message);
  return messages;
}

function expectProblem(answer: ApiResponse, status: number, code: string, field?: string): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: `urn:parley:problem:${code}`,
    title: expect.any(String) as string,
    detail: expect.any(String) as string,
    request_id: answer.headers.get('x-request-id'),
    status,
    code,
    ...(field !== undefined && { errors: [{ field, problems: [expect.any(String)] }] }),
  });
  expect(answer.status).toBe(status);
}

const numbersOf = ({ body }: ApiResponse) => (body as { items: Message[] }).items.map(({ seq }) => seq);

describe.each([
  ['a channel', channel],
  ['a DM', dm],
])('REST of messages in %s (8)', (_name, make) => {
  it('POST answers 201 with the shape that sockets get, and everyone connected sees it', async () => {
    const conversation = await make();
    const { alice, bob, ofAlice, event, connect } = conversation;
    const sockets = [await connect(alice), await connect(bob)];
    const answer = await alice.api.post(`${ofAlice}/messages`, { content: ' by REST ', nonce: 'n' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ content: 'by REST', nonce: 'n', seq: 1, rev: 1, sender_id: alice.id });
    for (const socket of sockets) expect(await socket.next(event)).toEqual({ type: event, ...answer.body });
    expect((await bob.api.get(`/messages/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it('lists what came by a socket with the same shape, and numbers both in one log', async () => {
    const conversation = await make();
    const { alice, bob, ofAlice, ofBob, event, connect } = conversation;
    const socket = await connect(bob);
    await write(conversation, 1);
    socket.send({ type: event, content: 'by socket' });
    await socket.next(event);
    const { type: _type, ...message } = await socket.next(event);
    await alice.api.post(`${ofAlice}/messages`, { content: 'by REST again' });
    for (const answer of [await alice.api.get(`${ofAlice}/messages`), await bob.api.get(`${ofBob}/messages`)]) {
      expect(numbersOf(answer)).toEqual([1, 2, 3]);
      expect(answer.body.items[1]).toEqual(message);
    }
  });

  it('a repeated Idempotency-Key answers 200 with the first message, and nobody is told', async () => {
    const conversation = await make();
    const { alice, bob, ofAlice, event, connect } = conversation;
    const socket = await connect(bob);
    const send = (key: string, content: string, body: object = {}) =>
      alice.api.post(`${ofAlice}/messages`, { content, ...body }, { headers: { 'idempotency-key': key } });
    const first = await send('key', 'once', { nonce: ' key ' });
    expect(first).toMatchObject({ status: 201, body: { nonce: 'key' } });
    for (const again of [
      await send(' key ', ' once '),
      await send('key', 'once', { nonce: null }),
      await alice.api.post(`${ofAlice}/messages`, { content: 'once', nonce: 'key' }),
    ])
      expect(again).toMatchObject({ status: 200, body: first.body });
    expectProblem(await send('key', 'another draft'), 409, 'conflict');
    await send('key 2', 'marker');
    expect((await socket.next(event))['content']).toBe('once');
    expect((await socket.next(event))['content']).toBe('marker');
  });

  it('an Idempotency-Key beside another nonce answers 400, names both, and stores nothing', async () => {
    const { alice, ofAlice } = await make();
    const headers = { 'idempotency-key': 'key' };
    const answer = await alice.api.post(`${ofAlice}/messages`, { content: 'x', nonce: 'other' }, { headers });
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ field: 'Idempotency-Key' }, { field: 'nonce' }]);
    expect((await alice.api.get(`${ofAlice}/changes`)).body).toMatchObject({ items: [], last_seq: 0 });
  });

  it('the same Idempotency-Key 20 times at once makes one message', async () => {
    const { alice, ofAlice } = await make();
    const headers = { 'idempotency-key': 'k' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.api.post(`${ofAlice}/messages`, { content: 'x' }, { headers })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => (body as Message).id)).size).toBe(1);
    expect((await alice.api.get(`${ofAlice}/changes`)).body).toMatchObject({ last_seq: 1 });
  });

  it.each([
    ['no content', {}, {}, 'content'],
    ['an empty content', { content: '\u3000\n' }, {}, 'content'],
    ['4001 characters', { content: 'x'.repeat(4001) }, {}, 'content'],
    ['an array for content', { content: ['x'] }, {}, 'content'],
    ['NUL', { content: 'x\0' }, {}, 'content'],
    ['a lone surrogate', { content: '\udc00' }, {}, 'content'],
    ['a nonce of 65', { content: 'x', nonce: 'x'.repeat(65) }, {}, 'nonce'],
    ['a key of 65', { content: 'x' }, { 'idempotency-key': 'x'.repeat(65) }, 'Idempotency-Key'],
    ['an empty key', { content: 'x' }, { 'idempotency-key': ' ' }, 'Idempotency-Key'],
  ])('POST with %s answers 400, names the field, and stores nothing', async (_what, body, headers, field) => {
    const { alice, ofAlice } = await make();
    expectProblem(await alice.api.post(`${ofAlice}/messages`, body, { headers }), 400, 'validation_failed', field);
    expect((await alice.api.get(`${ofAlice}/changes`)).body).toMatchObject({ items: [], last_seq: 0 });
  });

  it('POST with what is no JSON object answers 400 bad_json', async () => {
    const { alice, ofAlice } = await make();
    for (const body of ['{"content":', '[]', '"x"'])
      expectProblem(await alice.api.post(`${ofAlice}/messages`, body), 400, 'bad_json');
  });

  it('without a token, or with a bad one, every route answers 401', async () => {
    const conversation = await make();
    const [message] = await write(conversation, 1);
    const { ofAlice } = conversation;
    for (const path of [`${ofAlice}/messages`, `${ofAlice}/changes`, `/messages/${message?.id}`, '/dms']) {
      expectProblem(await app.api.get(path), 401, 'auth_required');
      expectProblem(await app.api.get(path, { token: 'x' }), 401, 'invalid_token');
    }
    expectProblem(await app.api.post(`${ofAlice}/messages`, { content: 'x' }), 401, 'auth_required');
    expectProblem(await app.api.post(`${ofAlice}/messages`, { content: 'x' }, { token: 'x' }), 401, 'invalid_token');
  });

  it('GET pages back from the latest: next_cursor is the before_seq of the page before', async () => {
    const conversation = await make();
    const { bob, ofBob } = conversation;
    await write(conversation, 7);
    const page = (query: string) => bob.api.get(`${ofBob}/messages?${query}`);
    const latest = await page('limit=3');
    expect([numbersOf(latest), latest.body.next_cursor]).toEqual([[5, 6, 7], '5']);
    const before = await page('limit=3&before_seq=5');
    expect([numbersOf(before), before.body.next_cursor]).toEqual([[2, 3, 4], '2']);
    const first = await page('limit=3&before_seq=2');
    expect([numbersOf(first), first.body.next_cursor]).toEqual([[1], null]);
    const exact = await page('limit=7');
    expect([numbersOf(exact), exact.body.next_cursor]).toEqual([[1, 2, 3, 4, 5, 6, 7], null]);
    for (const nothing of ['before_seq=1', 'before_seq=0']) expect(numbersOf(await page(nothing))).toEqual([]);
  });

  it('GET with after_seq pages forward: next_cursor is the after_seq of the next page', async () => {
    const conversation = await make();
    const { bob, ofBob } = conversation;
    await write(conversation, 7);
    const page = (query: string) => bob.api.get(`${ofBob}/messages?${query}`);
    const first = await page('limit=3&after_seq=0');
    expect([numbersOf(first), first.body.next_cursor]).toEqual([[1, 2, 3], '3']);
    const next = await page('limit=3&after_seq=3');
    expect([numbersOf(next), next.body.next_cursor]).toEqual([[4, 5, 6], '6']);
    const last = await page('limit=3&after_seq=6');
    expect([numbersOf(last), last.body.next_cursor]).toEqual([[7], null]);
    const between = await page('after_seq=2&before_seq=6');
    expect([numbersOf(between), between.body.next_cursor]).toEqual([[3, 4, 5], null]);
    expect((await page('after_seq=99')).body).toEqual({ items: [], next_cursor: null });
  });

  it('GET gives 50 messages unless told otherwise, 1 to 100', async () => {
    const conversation = await make();
    const { bob, ofBob } = conversation;
    await write(conversation, 51);
    const unlimited = await bob.api.get(`${ofBob}/messages`);
    expect(numbersOf(unlimited)).toEqual(Array.from({ length: 50 }, (_, n) => n + 2));
    expect(numbersOf(await bob.api.get(`${ofBob}/messages?limit=100`))).toHaveLength(51);
    expect(numbersOf(await bob.api.get(`${ofBob}/messages?limit=1`))).toEqual([51]);
  });

  it.each([
    ['messages', 'limit', ['0', '101', '-1', 'x', '1.5', '1&limit=2', '1e400', ...ODD_NUMBERS]],
    ['messages', 'before_seq', ['-1', 'x', '1.5', '9007199254740993', '1&before_seq=2', ...ODD_NUMBERS]],
    ['messages', 'after_seq', ['-1', 'x', '1.5', '9007199254740993', '1&after_seq=2', ...ODD_NUMBERS]],
    ['changes', 'since', ['-1', 'x', '1.5', '9007199254740993', '1&since=2', ...ODD_NUMBERS]],
    ['changes', 'limit', ['0', '1001', '-1', 'x', '1.5', '1&limit=2', ...ODD_NUMBERS]],
    ['changes', 'epoch', ['x'.repeat(129), '1&epoch=2']],
  ])('GET %s with a bad %s answers 400 and names it', async (route, field, values) => {
    const { alice, ofAlice } = await make();
    for (const value of values) {
      const answer = await alice.api.get(`${ofAlice}/${route}?${field}=${value}`);
      expect([value, answer.status]).toEqual([value, 400]);
      expect((answer.body as { errors: { field: string }[] }).errors.map((error) => error.field)).toEqual([field]);
    }
  });

  it('GET changes gives what changed since a number, in order of rev, and where the log stands', async () => {
    const conversation = await make();
    const { bob, ofBob } = conversation;
    const written = await write(conversation, 5);
    const page = (query: string) => bob.api.get(`${ofBob}/changes?${query}`);
    const all = await page('');
    expect(all.body).toEqual({ items: written, last_seq: 5, epoch: expect.any(String), has_more: false });
    const { epoch } = all.body as { epoch: string };
    expect((await page(`since=0&limit=2&epoch=${epoch}`)).body).toEqual({
      items: written.slice(0, 2),
      last_seq: 5,
      epoch,
      has_more: true,
    });
    expect((await page(`since=2&limit=2&epoch=${epoch}`)).body).toMatchObject({
      items: written.slice(2, 4),
      has_more: true,
    });
    expect((await page(`since=4&limit=2&epoch=${epoch}`)).body).toMatchObject({
      items: written.slice(4),
      has_more: false,
    });
    for (const since of [5, 99]) expect((await page(`since=${since}`)).body).toMatchObject({ items: [], last_seq: 5 });
  });

  it('GET changes with another epoch is a conflict', async () => {
    const { alice, ofAlice } = await make();
    expectProblem(await alice.api.get(`${ofAlice}/changes?since=0&epoch=another`), 409, 'conflict');
  });
});

describe('REST of messages (8)', () => {
  it('a stranger, and one who names no channel, get the same 404', async () => {
    const { ofAlice } = await channel();
    const mallory = await register(app, 'mallory');
    for (const path of [ofAlice, `/channels/${NOWHERE}`]) {
      expectProblem(await mallory.api.get(`${path}/messages`), 404, 'not_found');
      expectProblem(await mallory.api.get(`${path}/changes`), 404, 'not_found');
      expectProblem(await mallory.api.post(`${path}/messages`, { content: 'x' }), 404, 'not_found');
    }
    const details = await Promise.all(
      [ofAlice, `/channels/${NOWHERE}`].map(async (path) => (await mallory.api.get(`${path}/messages`)).body.detail),
    );
    expect(details[0]).toBe(details[1]);
  });

  it('a DM with an unknown user answers 404, with oneself or a bad UUID 400', async () => {
    const alice = await register(app, 'alice');
    for (const [user, status, code] of [
      [NOWHERE, 404, 'not_found'],
      [alice.id, 400, 'validation_failed'],
      ['bob', 400, 'validation_failed'],
    ] as const) {
      expectProblem(await alice.api.get(`/dms/${user}/messages`), status, code);
      expectProblem(await alice.api.get(`/dms/${user}/changes`), status, code);
      expectProblem(await alice.api.post(`/dms/${user}/messages`, { content: 'x' }), status, code);
    }
  });

  it('GET /messages/:id answers 404 for none and for another’s, 400 for a bad UUID', async () => {
    const [message] = await write(await channel(), 1);
    const mallory = await register(app, 'mallory');
    expectProblem(await mallory.api.get(`/messages/${message?.id}`), 404, 'not_found');
    expectProblem(await mallory.api.get(`/messages/${NOWHERE}`), 404, 'not_found');
    expectProblem(await mallory.api.get('/messages/x'), 400, 'validation_failed', 'id');
  });

  it('a channel’s bad UUID answers 400', async () => {
    const alice = await register(app, 'alice');
    expectProblem(await alice.api.get('/channels/x/messages'), 400, 'validation_failed', 'id');
    expectProblem(await alice.api.post('/channels/x/messages', { content: 'x' }), 400, 'validation_failed', 'id');
  });
});

describe('GET /dms (8)', () => {
  it('pages the caller’s conversations that have messages, each from the caller’s side', async () => {
    const alice = await register(app, 'alice');
    const others: Actor[] = [];
    for (const name of ['bob', 'carol', 'dave']) {
      const other = await register(app, name);
      expectOk(await other.api.post(`/dms/${alice.id}/messages`, { content: 'hello' }));
      others.unshift(other);
    }
    await alice.dm(await register(app, 'silent'));
    const all = await alice.api.get('/dms');
    expect(all.body).toEqual({
      items: others.map(({ id, username }) => ({
        conversation_id: expect.any(String) as string,
        user_id: id,
        username,
        last_seq: 1,
        created_at: expect.stringMatching(/Z$/) as string,
      })),
      next_cursor: null,
    });
    const { items } = all.body as { items: unknown[] };
    const first = await alice.api.get('/dms?limit=2');
    expect(first.body).toEqual({ items: items.slice(0, 2), next_cursor: expect.any(String) });
    const second = await alice.api.get(`/dms?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toEqual({ items: items.slice(2), next_cursor: null });
    const [dave] = others;
    expect((await dave!.api.get('/dms')).body.items).toMatchObject([{ user_id: alice.id, username: alice.username }]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=', 'limit=1e1', 'cursor=x', 'cursor=WyJ4Il0', 'cursor='])(
    'with %s answers 400 and names the parameter',
    async (query) => {
      const alice = await register(app, 'alice');
      expectProblem(await alice.api.get(`/dms?${query}`), 400, 'validation_failed');
      expect((await alice.api.get(`/dms?${query}`)).body.errors).toMatchObject([{ field: query.split('=')[0] }]);
    },
  );
});
