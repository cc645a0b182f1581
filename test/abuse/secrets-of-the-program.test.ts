import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { withClient } from '../support/client.js';
import { forge } from '../support/forged-token.js';
import { Actor, channelScene, expectOk, PASSWORD } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { createTestDatabase } from '../support/test-database.js';

const JWT_SECRET = randomBytes(32).toString('base64url');
const CONTENT = 'the content of a private message';
const DOOMED = 'the content of a message that the database refuses';
const SDP = 'v=0 o=- 46117317 2 IN IP4 127.0.0.1 a=ice-pwd:asd88fgpdd777uzjYhagZg';
const WRONG_PASSWORD = 'a wrong password, and long';
const NEW_PASSWORD = 'a new password, just as long';
const NONCE = 'a-nonce-of-the-test';

/** Everything that must not be written anywhere, as the test comes to know it. */
class Secrets {
  private readonly all = new Map<string, string>();

  /** Remembers a secret under a name for the failure's message, and gives it back. */
  keep(name: string, secret: string): string {
    this.all.set(name, secret);
    return secret;
  }

  /** A token's last part alone makes it worth anything; a log that cuts lines must not show even that. */
  keepToken(name: string, token: string): string {
    this.keep(`${name}'s signature`, (token.split('.').at(-1) ?? '').slice(0, 24));
    return this.keep(name, token);
  }

  foundIn(text: string): string[] {
    return [...this.all].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
  }
}

it('the program at LOG_LEVEL=trace writes no token, ticket, password, content or signal (1.1, A13)', async () => {
  const database = await createTestDatabase();
  const server = new ServerProcess({
    env: {
      DATABASE_URL: database.url,
      JWT_SECRET,
      LOG_LEVEL: 'trace',

      WS_AUTH_TIMEOUT_MS: '500',
    },
  });
  const secrets = new Secrets();
  secrets.keep('JWT_SECRET', JWT_SECRET);
  secrets.keep('the password', PASSWORD);
  try {
    await server.listening();
    await drive(server, database.url, secrets);
  } finally {
    await server.stop();
    await database.drop();
  }
  // The log did say what happened: otherwise its silence would prove nothing.
  for (const said of ['"msg":"request"', 'command failed', 'request failed', 'refresh token used twice'])
    expect(server.output).toContain(said);
  expect(secrets.foundIn(server.output)).toEqual([]);
});

async function drive(server: ServerProcess, databaseUrl: string, secrets: Secrets): Promise<void> {
  const { members, channelId } = await channelScene(server, { members: ['alice', 'bob'], type: 'VIDEO' });
  const { alice, bob } = members;
  for (const user of [alice, bob]) {
    secrets.keepToken(`${user.username}'s access token`, user.token);
    secrets.keep(`${user.username}'s refresh token`, user.refreshToken);
  }
  await credentials(server, { alice, bob, path: `/ws/channel/${channelId}`, secrets });
  await conversation(alice, bob, { channelId, secrets });
  await failures(alice, bob, { databaseUrl, channelId, secrets });
  await sessions(server, alice, { databaseUrl, secrets });
}

/** All ways to bring a credential, good ones and bad ones. */
async function credentials(
  server: ServerProcess,
  { alice, bob, path, secrets }: { alice: Actor; bob: Actor; path: string; secrets: Secrets },
): Promise<void> {
  const ticket = async () =>
    secrets.keep('a ticket', (expectOk(await alice.api.post('/auth/ws-ticket')) as { ticket: string }).ticket);
  const expired = secrets.keepToken('an expired token', forge(alice.token, { claims: { exp: 1 } }, JWT_SECRET));
  const forged = secrets.keepToken('a forged token', forge(alice.token, {}, 'another key'));
  const nonsense = secrets.keep('a nonsense token', randomBytes(24).toString('base64url'));
  const used = secrets.keep('a used ticket', await ticket());
  const dial = async (query: string, options?: Parameters<typeof SocketClient.connect>[1]) => {
    const socket = await SocketClient.connect(`${server.wsUrl}${path}${query}`, options);
    await socket.next(({ type }) => type === 'connected' || type === 'auth_error');
    socket.terminate();
  };
  await dial(`?ticket=${used}`);
  for (const token of [alice.token, expired, forged, nonsense, alice.refreshToken, used]) {
    await dial('', { headers: { authorization: `Bearer ${token}` } });
    await dial('', { protocols: ['bearer', token] });
    await dial(`?token=${token}`);
    await dial(`?ticket=${token}`);
    const inBand = await SocketClient.connect(`${server.wsUrl}${path}`);
    inBand.send({ type: 'auth_token', token, clientId: '!' });
    inBand.send({ type: token, ref: 'x' });
    inBand.sendText(`{"type":"auth_token","token":"${token}"`);
    inBand.send({ type: 'auth_token', token });
    await inBand.next(({ type }) => type === 'auth_success' || type === 'auth_error');
    if (token !== alice.token) continue;
    inBand.send({ type: 'auth_token', token: bob.token });
    await inBand.closed;
  }
  await (
    await SocketClient.connect(`${server.wsUrl}${path}`)
  ).closed;
  for (const refused of [`/nowhere?token=${alice.token}`, `/ws/channel/${nonsense}/x?ticket=${used}`])
    await expect(SocketClient.connect(`${server.wsUrl}${refused}`)).rejects.toThrow('HTTP 404');
  await (
    await SocketClient.connect(`${server.wsUrl}/ws/channel/${nonsense}?token=${alice.token}`)
  ).closed;
}

/** Messages, signals and broken frames on both gateways and over REST. */
async function conversation(
  alice: Actor,
  bob: Actor,
  { channelId, secrets }: { channelId: string; secrets: Secrets },
): Promise<void> {
  secrets.keep('a content', CONTENT);
  secrets.keep('an SDP', SDP);
  secrets.keep('a nonce', NONCE);
  const listeners = [await bob.channel(channelId), await bob.dm(alice)];
  const sockets = [await alice.channel(channelId, { history: '5', since: '0' }), await alice.dm(bob)];
  for (const socket of sockets) {
    for (const type of ['message', 'dm_message']) {
      await socket.request({ type, content: CONTENT, nonce: NONCE });
      await socket.request({ type, content: `${CONTENT}, another one`, nonce: NONCE });
      await socket.request({ type, content: `${CONTENT}\0`, nonce: NONCE });
    }
    for (const target of [bob.id, alice.id])
      await socket.request({ type: 'webrtc_offer', target_user_id: target, data: { sdp: SDP } });
    await socket.request({ type: 'webrtc_ice_candidate', target_user_id: bob.id, data: SDP.repeat(600) });
    await socket.request({ type: 'call_join', media: { sdp: SDP } });
    socket.sendText(`{"type":"message","content":"${CONTENT}`);
    await socket.next('error');
  }
  for (const socket of listeners) await socket.next('webrtc_offer');
  const headers = { 'idempotency-key': NONCE };
  for (const path of [`/channels/${channelId}/messages`, `/dms/${bob.id}/messages`, `/dms/${alice.id}/messages`]) {
    await alice.api.post(path, { content: CONTENT }, { headers });
    await alice.api.post(path, `{"content":"${CONTENT}`, { headers });
    await alice.api.post(`${path}?token=${alice.token}`, { content: `${CONTENT}\0` });
    await alice.api.get(`${path}?limit=${encodeURIComponent(CONTENT)}`);
  }
}

/** Faults of ours, which are logged with all that we know of them. */
async function failures(
  alice: Actor,
  bob: Actor,
  { databaseUrl, channelId, secrets }: { databaseUrl: string; channelId: string; secrets: Secrets },
): Promise<void> {
  secrets.keep('a doomed content', DOOMED);
  // What Postgres says of a refused row quotes all of it.
  await withClient(databaseUrl, (client) =>
    client.query(`ALTER TABLE messages ADD CONSTRAINT no_doom CHECK (content <> '${DOOMED}')`),
  );
  const socket = await alice.channel(channelId);
  const error = await socket.request({ type: 'message', content: DOOMED, nonce: `${NONCE}-2` });
  expect(error).toMatchObject({ code: 'internal' });
  expect(await alice.api.post(`/dms/${bob.id}/messages`, { content: DOOMED })).toMatchObject({ status: 500 });
  expect(JSON.stringify(error)).not.toContain(DOOMED);
}

/** Logins, refreshes and passwords, right and wrong. */
async function sessions(
  { api }: ServerProcess,
  alice: Actor,
  { databaseUrl, secrets }: { databaseUrl: string; secrets: Secrets },
): Promise<void> {
  secrets.keep('a wrong password', WRONG_PASSWORD);
  secrets.keep('a new password', NEW_PASSWORD);
  const { username } = alice;
  await api.post('/auth/login', { username, password: WRONG_PASSWORD });
  await api.post('/auth/login', { username: WRONG_PASSWORD, password: PASSWORD });
  await api.post('/auth/login', `{"username":"${username}","password":"${PASSWORD}`);
  await api.post('/auth/register', { username, email: 'x', password: `${WRONG_PASSWORD}\0` });
  await alice.api.post('/auth/password', { current_password: WRONG_PASSWORD, new_password: NEW_PASSWORD });
  await alice.api.post('/auth/password', { current_password: PASSWORD, new_password: NEW_PASSWORD });
  const refresh = (refresh_token: string) => api.post('/auth/refresh', { refresh_token });
  const next = expectOk(await refresh(alice.refreshToken)) as { access_token: string; refresh_token: string };
  secrets.keepToken('a refreshed access token', next.access_token);
  secrets.keep('a refreshed refresh token', next.refresh_token);
  const last = expectOk(await refresh(next.refresh_token)) as { access_token: string; refresh_token: string };
  secrets.keepToken('the last access token', last.access_token);
  secrets.keep('the last refresh token', last.refresh_token);
  await refresh(alice.refreshToken);
  await api.get('/users/me', { token: last.access_token });
  await withClient(databaseUrl, (client) => client.query('ALTER TABLE users RENAME TO gone'));
  await api.post('/auth/login', { username, password: NEW_PASSWORD });
  await api.get(`/users/me?token=${last.access_token}`, { token: last.access_token });
}
