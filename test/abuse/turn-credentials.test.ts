import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const SECRET = 'a secret that TURN servers share';
const STUN = 'stun:stun.example.org:3478';
const TURN = ['turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org:5349?transport=tcp'];

interface IceAnswer {
  ice_servers: { urls: string[]; username?: string; credential?: string }[];
  ttl_s: number;
  expires_at: string;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    env: { STUN_URLS: STUN, TURN_URLS: TURN.join(','), TURN_SECRET: SECRET, RATE_LIMIT_DISABLED: '0' },
  });
});
afterAll(() => app.close());

describe('TURN credentials (R5)', () => {
  it('are given to nobody without a token, with a bad one, or with that of a session that has ended', async () => {
    expect((await app.api.get('/ice-servers')).status).toBe(401);
    expect((await app.api.as('x.y.z').get('/ice-servers')).status).toBe(401);
    const alice = await register(app, 'alice');
    await alice.api.post('/auth/logout', { refresh_token: alice.refreshToken });
    const refused = await alice.api.get('/ice-servers');
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([401, expect.not.stringContaining('credential')]);
  });

  it('name the user and their end, are signed for a server that shares the secret, and are kept in no cache', async () => {
    const alice = await register(app, 'alice');
    const before = Math.floor(Date.now() / 1000);
    const answer = await alice.api.get('/ice-servers');
    const body = answer.body as IceAnswer;
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [stun, turn] = body.ice_servers;
    expect(body).toEqual({ ice_servers: [stun, turn], ttl_s: 3600, expires_at: expect.any(String) });
    expect(stun).toEqual({ urls: [STUN] });
    expect(turn).toEqual({ urls: TURN, username: expect.any(String), credential: expect.any(String) });
    const [end, holder, ...rest] = turn!.username!.split(':');
    expect([holder, rest]).toEqual([alice.id, []]);
    expect(Number(end)).toBeGreaterThanOrEqual(before + 3600);
    expect(Number(end)).toBe(Math.floor(Date.parse(body.expires_at) / 1000));
    expect(turn!.credential).toBe(createHmac('sha1', SECRET).update(turn!.username!).digest('base64'));
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it('name the room that they were asked for, and no other', async () => {
    const alice = await register(app, 'alice');
    const usernameFor = async (room: string) =>
      ((await alice.api.get(`/ice-servers?room_id=${room}`)).body as IceAnswer).ice_servers[1]!.username!;
    expect(await usernameFor('standup')).toMatch(new RegExp(`^\\d+:${alice.id}:standup$`));
    expect(await usernameFor('a:b.c')).toMatch(new RegExp(`^\\d+:${alice.id}:a:b.c$`));
    for (const room of ['', 'a/b', 'a%20b', 'x'.repeat(129), 'a&room_id=b']) {
      const answer = await alice.api.get(`/ice-servers?room_id=${room}`);
      expect([room, answer.status, answer.body.code]).toEqual([room, 400, 'validation_failed']);
    }
  });

  it('are given to a user 30 times a minute, and to another one still', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const answers = await Promise.all(Array.from({ length: 50 }, () => alice.api.get('/ice-servers')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(20);
    for (const { body } of refused)
      expect(body).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
    expect((await bob.api.get('/ice-servers')).status).toBe(200);
  });
});

describe('GET /api/ice-servers (8)', () => {
  it.each([
    ['nothing', {}, []],
    ['STUN alone', { STUN_URLS: `${STUN}, stun:b.example` }, [{ urls: [STUN, 'stun:b.example'] }]],
    ['a secret without a server', { TURN_SECRET: SECRET }, []],
  ])('has no TURN where %s is configured', async (_, env, servers) => {
    const other = await startTestApp({ env: { ...env, TURN_TTL_S: '600' }, databaseUrl: app.databaseUrl });
    const alice = await register(app, 'alice');
    const { body } = await other.api.as(alice.token).get('/ice-servers');
    await other.close();
    expect(body).toMatchObject({ ice_servers: servers, ttl_s: 600 });
  });
});
