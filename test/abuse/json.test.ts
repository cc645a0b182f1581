import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../support/scene.js';
import { channelScene, expectOk, register } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
let groupId: string;
let channelId: string;
/** Of another user, who must not notice anything. */
let witness: SocketClient;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
  const scene = await channelScene(app, { members: ['alice', 'bob'], type: 'VOICE' });
  ({ groupId, channelId } = scene);
  ({ alice, bob } = scene.members);
  witness = await bob.channel(channelId);
});
afterAll(() => app.close());

const isAnswer = ({ type }: { type: string }) => type === 'error' || type === 'pong';
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const wide = (keys: number) => `{${Array.from({ length: keys }, (_, n) => `"k${n}":0`).join(',')}}`;

async function expectServesOn(socket?: SocketClient): Promise<void> {
  for (const client of [witness, ...(socket ? [socket] : [])])
    expect(await client.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
}

describe('monstrous JSON in a frame (1, N3)', () => {
  it.each([
    ['33 levels', deep(33)],
    ['5,000 levels', deep(5000)],
    ['32,000 levels', deep(32_000)],
    ['257 keys', wide(257)],
    ['5,000 keys', wide(5000)],
    ['a number over any double', '1e400'],
    ['a number under any double, far inside', '[[{"x":[-1e999]}]]'],
  ])('%s is bad_json, and the connection stays', async (_name, json) => {
    const socket = await alice.channel(channelId);
    for (const frame of [`{"type":"message","content":"x","data":${json}}`, `{"data":${json},"type":"nonsense"}`]) {
      socket.sendText(frame);
      expect(await socket.next('error')).toMatchObject({ code: 'bad_json' });
    }
    await expectServesOn(socket);
    expect(socket.seen.some(({ type }) => type === 'message')).toBe(false);
  });

  it.each([
    ['100,000 keys', wide(100_000)],
    ['a number of 10 MB', '1'.repeat(10_000_000)],
    ['100,000 levels', deep(100_000)],
  ])('%s closes with 1009', async (_name, json) => {
    const socket = await alice.channel(channelId);
    socket.sendText(`{"type":"message","content":"x","data":${json}}`);
    expect(await socket.closed).toMatchObject({ code: 1009 });
    await expectServesOn();
  });

  it('takes 32 levels and 256 keys', async () => {
    const socket = await alice.channel(channelId);
    for (const json of [deep(31), wide(256)]) {
      socket.sendText(`{"type":"webrtc_offer","target_user_id":"${bob.id}","data":${json},"ref":"r"}`);
      expect(await socket.next(({ ref }) => ref === 'r')).toMatchObject({ type: 'ack' });
      expect(JSON.stringify((await witness.next('webrtc_offer'))['data'])).toBe(json);
    }
    socket.sendText(`{"type":"webrtc_offer","target_user_id":"${bob.id}","data":${deep(32)}}`);
    expect(await socket.next('error')).toMatchObject({ code: 'bad_json' });
  });

  it('of two equal keys takes the last', async () => {
    const socket = await alice.channel(channelId);
    socket.sendText('{"type":"ping","type":"message","content":"first","content":"last","ref":"r","ref":"s"}');
    expect(await socket.next('message')).toMatchObject({ content: 'last' });
    expect(await socket.next('ack')).toMatchObject({ ref: 's' });
  });

  it('numbers at the edges of a double are refused where none is taken, and relayed as they were written', async () => {
    const socket = await alice.channel(channelId);
    for (const number of ['-0', '9007199254740993', '1e-400', '1E308']) {
      socket.sendText(`{"type":"message","content":${number}}`);
      expect(await socket.next('error')).toMatchObject({ code: 'validation_failed', details: [{ field: 'content' }] });
      socket.sendText(`{"type":"webrtc_offer","target_user_id":"${bob.id}","data":${number}}`);
      expect((await witness.next('webrtc_offer'))['data']).toBe(Number(number));
    }
  });

  it('that is not JSON, or no object with a string type, is bad_json', async () => {
    const socket = await alice.channel(channelId);
    const frames = [
      '',
      ' ',
      '{',
      'null',
      '1',
      '"x"',
      '[]',
      '[{"type":"ping"}]',
      '{}',
      '{"type":1}',
      '{"type":["ping"]}',
    ];
    const odd = ['{"type":null}', '\ufeff{"type":"ping"}', '{"type":"ping"}{"type":"ping"}', "{'type':'ping'}", 'NaN'];
    for (const frame of [...frames, ...odd]) {
      socket.sendText(frame);
      expect([frame, (await socket.next(isAnswer))['code']]).toEqual([frame, 'bad_json']);
    }
    await expectServesOn(socket);
  });
});

describe('monstrous JSON in a body (1, N3)', () => {
  const post = (body: string) => alice.api.post(`/channels/${channelId}/messages`, body);

  it.each([
    ['33 levels', `{"content":"x","a":${deep(33)}}`, 400, 'bad_json'],
    ['5,000 levels', `{"content":"x","a":${deep(5000)}}`, 400, 'bad_json'],
    ['32,000 levels', `{"content":"x","a":${deep(32_000)}}`, 400, 'bad_json'],
    ['32,000 levels and nothing else', deep(32_000), 400, 'bad_json'],
    ['257 keys', wide(257), 400, 'bad_json'],
    ['20,000 keys', wide(20_000), 400, 'bad_json'],
    ['100,000 keys', wide(100_000), 413, 'too_large'],
    ['a number of 10 MB', `{"content":${'1'.repeat(10_000_000)}}`, 413, 'too_large'],
    ['1e400', '{"content":1e400}', 400, 'bad_json'],
    ['-0', '{"content":-0}', 400, 'validation_failed'],
    ['2^53+1', '{"content":9007199254740993}', 400, 'validation_failed'],
  ])('%s is refused by its name', async (_name, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { code } });
    await expectServesOn();
  });

  it('of two equal keys takes the last', async () => {
    expect(await post('{"content":"first","content":"last"}')).toMatchObject({
      status: 201,
      body: { content: 'last' },
    });
  });
});

describe('names of Object.prototype (1, N4)', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

  it('as a type are unknown_type', async () => {
    const socket = await alice.channel(channelId);
    for (const type of NAMES) {
      socket.send({ type, content: 'x', ref: type });
      expect(await socket.next('error')).toMatchObject({ code: 'unknown_type', ref: type });
    }
  });

  it('as fields are ignored, and give no field that was not sent', async () => {
    const socket = await alice.channel(channelId);
    for (const name of NAMES) {
      socket.sendText(`{"type":"message","ref":"${name}","${name}":{"content":"inherited","nonce":"n"}}`);
      expect(await socket.next('error')).toMatchObject({ code: 'validation_failed', ref: name });
      socket.sendText(`{"${name}":{"type":"ping"}}`);
      expect(await socket.next('error')).toMatchObject({ code: 'bad_json' });
      const sent = await alice.api.post(`/channels/${channelId}/messages`, `{"${name}":{"content":"inherited"}}`);
      expect(sent).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      const both = `{"content":"${name}","${name}":{"nonce":"inherited","isAdmin":true}}`;
      const stored = await alice.api.post(`/channels/${channelId}/messages`, both);
      expect(stored).toMatchObject({ status: 201, body: { content: name, nonce: null } });
    }
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['content']).toBeUndefined();
  });

  it('as keys of data and media are relayed as they came', async () => {
    const socket = await alice.channel(channelId);
    const listener = await bob.channel(channelId);
    const json = `{${NAMES.map((name) => `"${name}":{"polluted":["${name}"]}`).join(',')}}`;
    socket.sendText(`{"type":"webrtc_offer","target_user_id":"${bob.id}","data":${json}}`);
    expect(JSON.stringify((await listener.next('webrtc_offer'))['data'])).toBe(json);
    socket.sendText(`{"type":"call_join","media":${json}}`);
    const joined = await listener.next('call_joined');
    expect(JSON.stringify(joined['media'])).toBe(json);
    const late = await bob.channel(channelId);
    const { participants } = await late.request({ type: 'call_join' });
    const entries = participants as { connection_id: string; media: unknown }[];
    const entry = entries.find(({ connection_id }) => connection_id === joined['connection_id']);
    expect(JSON.stringify(entry?.media)).toBe(json);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('as names of users, groups and channels, as nonces and mentions, are names like any other', async () => {
    const owner = await register(app, 'owner');
    for (const username of ['__proto__', 'constructor', 'tostring', 'hasownproperty', 'valueof']) {
      const account = { username, email: `${username}@example.org`, password: 'a long enough password' };
      const answer = await app.api.post('/auth/register', account);
      expect(answer).toMatchObject({ status: 201, body: { user: { username } } });
      const { user, access_token: token } = answer.body as { user: { id: string }; access_token: string };
      const group = expectOk(await owner.api.post('/groups', { name: username })) as { id: string; name: string };
      expect(group.name).toBe(username);
      const made = await owner.api.post(`/groups/${group.id}/channels`, { name: username });
      expect(made).toMatchObject({ status: 201, body: { name: username } });
      const path = `/channels/${(made.body as { id: string }).id}/messages`;
      const content = `@${username} @toString @__proto__`;
      const stranger = await app.api.as(token).post(path, { content, nonce: username });
      expect(stranger.status).toBe(404);
      const { code } = expectOk(await owner.api.post(`/groups/${group.id}/invites`, {})) as { code: string };
      expectOk(await app.api.as(token).post(`/invites/${code}/accept`, {}));
      const sent = await app.api.as(token).post(path, { content, nonce: username });
      expect(sent).toMatchObject({ status: 201, body: { sender_username: username, nonce: username } });
      expect((sent.body as { mentions: string[] }).mentions).toContain(user.id);
      const again = await app.api.as(token).post(path, { content, nonce: username });
      expect(again).toMatchObject({ status: 200, body: sent.body });
    }
    await expectServesOn();
  });

  it('as ids in paths are refused by their name', async () => {
    for (const name of NAMES) {
      expect(await alice.api.get(`/channels/${name}/messages`)).toMatchObject({ status: 400 });
      expect(await alice.api.get(`/messages/${name}`)).toMatchObject({ status: 400 });
      expect(await (await alice.dial(`/ws/channel/${name}`)).closed).toMatchObject({ code: 4400 });
    }
    expect((await alice.api.get(`/groups/${groupId}`)).status).toBe(200);
  });
});
