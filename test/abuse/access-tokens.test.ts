import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionAuthenticator } from '../../src/realtime/connection-authenticator.js';
import { Account, registerAccount } from '../support/accounts.js';
import { decode, forge } from '../support/forged-token.js';
import { startTestApp, TEST_ENVIRONMENT, TestApp } from '../support/test-app.js';

const SECRET = TEST_ENVIRONMENT.JWT_SECRET;
const now = () => Math.floor(Date.now() / 1000);

let app: TestApp;
let alice: Account;
let mallory: Account;
let ticket: string;
beforeAll(async () => {
  app = await startTestApp();
  alice = await registerAccount(app.api);
  mallory = await registerAccount(app.api);
  const answer = (await app.api.post('/auth/ws-ticket', undefined, { token: alice.token })) as {
    body: { ticket: string };
  };
  ticket = answer.body.ticket;
});
afterAll(() => app.close());

const whoAmI = (token: string) => app.api.get('/users/me', { token });
const connect = (value: string) => app.app.get(ConnectionAuthenticator).authenticate({ kind: 'token', value });

const FORGERIES: [string, () => string][] = [
  ['alg none, without a signature', () => forge(alice.token, { header: { alg: 'none' } }, '')],
  [
    'alg None, with the old signature',
    () => `${forge(alice.token, { header: { alg: 'None' } }, '')}${signatureOf(alice.token)}`,
  ],
  ['another HMAC, rightly signed', () => forge(alice.token, { header: { alg: 'HS512' } }, SECRET, 'sha512')],
  ['an RSA signature with a key of its own', signedByRsa],
  ['a public key taken as the HMAC key', () => forge(alice.token, {}, publicKey())],
  ['an empty HMAC key', () => forge(alice.token, {}, '\0')],
  ['a kid that is a path', () => forge(alice.token, { header: { kid: '../../../dev/null' } }, '\0')],
  ['a kid that is SQL', () => forge(alice.token, { header: { kid: "' UNION SELECT 'key' --" } }, 'key')],
  ['a jku', () => forge(alice.token, { header: { jku: `${app.url}/keys` } }, 'key')],
  ['a jwk', () => forge(alice.token, { header: { jwk: { kty: 'oct', k: 'a2V5' } } }, 'key')],
  ['an edited payload', () => edited({ sub: mallory.id })],
  ['a cut signature', () => alice.token.slice(0, -2)],
  ['another audience', () => forge(alice.token, { claims: { aud: 'another' } }, SECRET)],
  ['no audience', () => forge(alice.token, { claims: { aud: undefined } }, SECRET)],
  ['another issuer', () => forge(alice.token, { claims: { iss: 'another' } }, SECRET)],
  ['another kind of token', () => forge(alice.token, { claims: { typ: 'refresh' } }, SECRET)],
  ['another type in the header', () => forge(alice.token, { header: { typ: 'JWT' } }, SECRET)],
  ['no type in the header', () => forge(alice.token, { header: { typ: undefined } }, SECRET)],
  ['no expiry', () => forge(alice.token, { claims: { exp: undefined } }, SECRET)],
  ['an expiry that is text', () => forge(alice.token, { claims: { exp: '9999999999' } }, SECRET)],
  ['a time before which it does not count', () => forge(alice.token, { claims: { nbf: now() + 600 } }, SECRET)],
  ['no session', () => forge(alice.token, { claims: { sid: undefined } }, SECRET)],
  ['a session that never was', () => forge(alice.token, { claims: { sid: randomUUID() } }, SECRET)],
  ["another user's session", () => forge(alice.token, { claims: { sub: mallory.id } }, SECRET)],
  ['a subject that is no id', () => forge(alice.token, { claims: { sub: 'alice' } }, SECRET)],
  ['a refresh token', () => alice.refreshToken],
  ['a ticket', () => ticket],
  ['nonsense', () => 'not.a.token'],
  ['nothing but dots', () => '..'],
  ['eight thousand letters', () => 'A'.repeat(8000)],
];

describe('an access token (1.1, A8)', () => {
  it('says what it is for, and for how long', () => {
    const [header, claims] = decode(alice.token);
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(claims).toMatchObject({
      iss: 'parley',
      aud: 'parley',
      sub: alice.id,
      typ: 'access',
      username: alice.username,
    });
    expect(Object.keys(claims).sort()).toEqual('aud exp iat iss jti sid sub typ username'.split(' '));
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(900);
  });

  it('that is signed with our key, and all right, is taken: the forgeries below differ in one thing', async () => {
    expect((await whoAmI(forge(alice.token, {}, SECRET))).status).toBe(200);
    expect((await whoAmI(forge(alice.token, { claims: { exp: 32_503_680_000 } }, SECRET))).status).toBe(200);
  });

  it.each(FORGERIES)('is refused with %s, by REST and by sockets, in the same words', async (_name, token) => {
    const bad = token();
    const answer = await whoAmI(bad);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect({ ...(answer.body as object), request_id: 'x' }).toEqual({
      type: 'urn:parley:problem:invalid_token',
      title: 'Unauthorized',
      status: 401,
      detail: 'The token is not valid.',
      code: 'invalid_token',
      request_id: 'x',
    });
    await expect(connect(bad)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('that has expired is told apart, so that its client knows to refresh', async () => {
    const expired = forge(alice.token, { claims: { exp: now() - 1 } }, SECRET);
    expect(await whoAmI(expired)).toMatchObject({ status: 401, body: { code: 'expired_token' } });
    await expect(connect(expired)).rejects.toMatchObject({ code: 'expired_token' });
    const forged = forge(alice.token, { claims: { exp: now() - 1 } }, 'another key');
    expect(await whoAmI(forged)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it('is taken from the Authorization header alone', async () => {
    for (const path of [`/users/me?token=${alice.token}`, `/users/me?access_token=${alice.token}`])
      expect(await app.api.get(path)).toMatchObject({ status: 401, body: { code: 'auth_required' } });
    const basic = { headers: { authorization: `Basic ${alice.token}` } };
    expect(await app.api.get('/users/me', basic)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    const lowerCase = { headers: { authorization: `bearer ${alice.token}` } };
    expect(await app.api.get('/users/me', lowerCase)).toMatchObject({ status: 200 });
  });

  it('of another server with another key is refused, though both run in one process', async () => {
    const other = await startTestApp({
      databaseUrl: app.databaseUrl,
      env: { JWT_SECRET: 'quite another secret, just as long as it' },
    });
    try {
      expect((await other.api.get('/users/me', { token: alice.token })).status).toBe(401);
      expect((await whoAmI(alice.token)).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});

const signatureOf = (token: string) => token.split('.')[2] ?? '';

function edited(claims: Record<string, unknown>): string {
  return `${forge(alice.token, { claims }, '')}${signatureOf(alice.token)}`;
}

function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

function signedByRsa(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const unsigned = forge(alice.token, { header: { alg: 'RS256' } }, '');
  return unsigned + sign('sha256', Buffer.from(unsigned.slice(0, -1)), privateKey).toString('base64url');
}
