import { Module } from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/realtime/connection.js';
import { RawGateway } from '../../src/realtime/raw-gateway.js';
import type { HandshakeRequest, RawGatewayHooks } from '../../src/realtime/raw-gateway.js';
import type { Actor } from '../support/scene.js';
import { channelScene, register } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const INNER_SECRET = 'the-inner-secret';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Fails wherever a gateway of another team may. */
@RawGateway('/ws/failing/:where')
class FailingGateway implements RawGatewayHooks<string> {
  constructor(private readonly database: DataSource) {}

  parse({ params }: HandshakeRequest): string {
    if (params['where'] === 'parse') throw new Error(INNER_SECRET);
    return params['where'] ?? '';
  }

  async admit(connection: Connection<string>): Promise<void> {
    if (connection.context === 'admit') await Promise.reject(new Error(INNER_SECRET));
    connection.send({ type: 'connected' });
  }

  departed({ context }: Connection<string>): void {
    if (context === 'departed') throw new Error(INNER_SECRET);
  }

  @SubscribeMessage('throws')
  throws(): never {
    throw new TypeError(INNER_SECRET);
  }

  @SubscribeMessage('rejects')
  async rejects(): Promise<void> {
    await Promise.reject(new Error(INNER_SECRET));
  }

  @SubscribeMessage('queries')
  async queries(): Promise<void> {
    await this.database.query('SELECT no_such_column FROM users WHERE username = $1', [INNER_SECRET]);
  }

  @SubscribeMessage('throws_text')
  throwsText(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless author may do
    throw INNER_SECRET;
  }
}

@Module({ providers: [FailingGateway] })
class FailingModule {}

const lines: string[] = [];
let app: TestApp;
let alice: Actor;
let bob: Actor;
let channelId: string;
beforeAll(async () => {
  app = await startTestApp({
    env: { LOG_LEVEL: 'trace', WS_AUTH_TIMEOUT_MS: '1000' },
    extraModules: [FailingModule],
    logDestination: { write: (line: string) => lines.push(line) },
  });
  const scene = await channelScene(app, { members: ['alice', 'bob'], type: 'VOICE' });
  ({ channelId } = scene);
  ({ alice, bob } = scene.members);
});
afterAll(() => app.close());

describe('a fault of ours (1.2, N9)', () => {
  it.each(['throws', 'rejects', 'queries', 'throws_text'])(
    'in a handler that %s is `internal` with an error_id that our log knows, and no detail; the connection stays',
    async (type) => {
      const socket = await alice.connect('/ws/failing/handler');
      const error = await socket.request({ type });
      expect(error).toEqual({
        type: 'error',
        code: 'internal',
        message: 'Something went wrong on our side.',
        error_id: expect.stringMatching(UUID),
        ref: expect.any(String),
      });
      expect(lines.filter((line) => line.includes(String(error['error_id'])))).toHaveLength(1);
      expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
      expect(JSON.stringify(socket.seen)).not.toMatch(/inner-secret|no_such_column|TypeError|gateway/i);
    },
  );

  it.each(['parse', 'admit'])('in %s closes with 1011, and no detail', async (where) => {
    const socket = await alice.dial(`/ws/failing/${where}`);
    const { code, reason } = await socket.closed;
    expect(code).toBe(1011);
    expect(reason).not.toContain(INNER_SECRET);
    expect(JSON.stringify(socket.seen)).not.toContain(INNER_SECRET);
  });

  it('in the clean-up of one connection harms no other', async () => {
    const failing = await alice.connect('/ws/failing/departed');
    const socket = await alice.channel(channelId);
    await failing.close();
    expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
  });
});

describe('forged fields on a channel socket (1, Z5)', () => {
  const forgedAs = (other: Actor) => ({
    from: other.id,
    from_user_id: other.id,
    from_username: other.username,
    from_connection_id: other.id,
    sender_id: other.id,
    sender_username: other.username,
    user: { id: other.id },
    user_id: other.id,
    username: other.username,
    userId: other.id,
    senderId: other.id,
    id: other.id,
    seq: 99,
    rev: 99,
    kind: 'call',
    pinned: true,
    mentions: [other.id],
    created_at: '2001-01-01T00:00:00.000Z',
    edited_at: '2001-01-01T00:00:00.000Z',
    deleted_at: '2001-01-01T00:00:00.000Z',
    channel: 'another',
    channel_id: other.id,
    conversation_id: other.id,
    connection_id: other.id,
    order: 99,
  });

  it('of a message are ignored: the database has the socket’s user', async () => {
    const [a, b] = [await alice.channel(channelId), await bob.channel(channelId)];
    a.send({ type: 'message', content: 'forged', ...forgedAs(bob) });
    const event = await b.next('message');
    const rows = await app.sql(
      'SELECT id, sender_id, seq::int, rev::int, kind, pinned FROM messages WHERE content = $1',
      ['forged'],
    );
    expect(rows).toEqual([
      { id: event['id'], sender_id: alice.id, seq: event['seq'], rev: event['seq'], kind: 'message', pinned: false },
    ]);
    expect(event).toMatchObject({
      sender_id: alice.id,
      sender_username: alice.username,
      channel_id: channelId,
      mentions: [],
      edited_at: null,
      deleted_at: null,
    });
    expect(event['seq']).toBeLessThan(99);
    expect(JSON.stringify(event)).not.toContain('2001-01-01');
    expect(JSON.stringify(event)).not.toContain(bob.id);
  });

  it('of a body are ignored as well', async () => {
    const answer = await alice.api.post(`/channels/${channelId}/messages`, { content: 'x', ...forgedAs(bob) });
    expect(answer).toMatchObject({ status: 201, body: { sender_id: alice.id, pinned: false, kind: 'message' } });
    expect(JSON.stringify(answer.body)).not.toContain(bob.id);
  });

  it('of typing, signals and calls are ignored', async () => {
    const carol = await register(app, 'carol');
    const [a, b] = [await alice.channel(channelId), await bob.channel(channelId)];
    const mine = a.seen.find(({ type }) => type === 'connected')?.['connection_id'];
    a.send({ type: 'typing', is_typing: true, ...forgedAs(carol) });
    expect(await b.next('typing')).toEqual({
      type: 'typing',
      user_id: alice.id,
      username: alice.username,
      is_typing: true,
      channel_id: channelId,
    });
    a.send({ ...forgedAs(carol), type: 'webrtc_offer', target_user_id: bob.id, data: 1 });
    expect(await b.next('webrtc_offer')).toEqual({
      type: 'webrtc_offer',
      from_user_id: alice.id,
      from_username: alice.username,
      from_connection_id: mine,
      channel_id: channelId,
      data: 1,
    });
    a.send({ type: 'call_join', ...forgedAs(carol) });
    expect(await b.next('call_joined')).toMatchObject({ user_id: alice.id, connection_id: mine });
  });
});

describe('before authentication (1.1, W11)', () => {
  const paths = () => [`/ws/channel/${channelId}`, `/ws/dm/${bob.id}`];
  const stranger = async (path: string) => {
    const socket = await SocketClient.connect(`${app.wsUrl}${path}`);
    expect(await socket.next()).toEqual({ type: 'auth_required', timeout_ms: 1000 });
    return socket;
  };

  it('nothing but auth_token and ping is handled: the rest is auth_required, and changes nothing', async () => {
    const before = await app.sql('SELECT count(*)::int AS count FROM messages');
    for (const path of paths()) {
      const socket = await stranger(path);
      for (const type of ['message', 'dm_message', 'typing', 'webrtc_offer', 'call_join', 'nonsense', '__proto__'])
        expect(await socket.request({ type, content: 'x', is_typing: true, data: 1 })).toMatchObject({
          type: 'error',
          code: 'auth_required',
        });
      expect(await socket.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
      socket.send({ type: 'auth_token', token: alice.token });
      expect(await socket.next('auth_success')).toMatchObject({ user: alice.username, user_id: alice.id });
      await socket.next('connected');
    }
    expect(await app.sql('SELECT count(*)::int AS count FROM messages')).toEqual(before);
  });

  it('one who says nothing is closed with 4408', async () => {
    for (const path of paths()) expect(await (await stranger(path)).closed).toMatchObject({ code: 4408 });
  });

  it('a stranger to the channel who authenticates in band is closed with 4403, and sees nothing', async () => {
    const mallory = await register(app, 'mallory');
    const socket = await stranger(`/ws/channel/${channelId}`);
    socket.send({ type: 'auth_token', token: mallory.token });
    socket.send({ type: 'message', content: 'from a stranger' });
    expect(await socket.closed).toMatchObject({ code: 4403 });
    expect(socket.seen.map(({ type }) => type)).toEqual(['auth_required', 'auth_success']);
    expect(await app.sql("SELECT FROM messages WHERE content = 'from a stranger'")).toEqual([]);
  });

  it('what comes while the authorisation is being decided is held, and answered in order after it', async () => {
    for (const [path, type] of [
      [`/ws/channel/${channelId}`, 'message'],
      [`/ws/dm/${bob.id}`, 'dm_message'],
    ] as const) {
      const socket = await stranger(path);
      socket.send({ type: 'auth_token', token: alice.token });
      for (let n = 0; n < 5; n++) socket.send({ type, content: `held ${n}`, ref: String(n) });
      const refs: unknown[] = [];
      while (refs.length < 5) refs.push((await socket.next('ack'))['ref']);
      expect(refs).toEqual(['0', '1', '2', '3', '4']);
      const types = socket.seen.map((event) => event.type);
      expect(types.indexOf('connected')).toBeLessThan(types.indexOf(type));
      expect(types).not.toContain('error');
    }
  });
});
