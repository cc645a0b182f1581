import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOk } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/scripts/seed.js');
const MESSAGES = 3000;

let app: TestApp;
let output: string;

async function run(env: Record<string, string>, args: string[]) {
  const program = new ServerProcess({ env, args, command: [process.execPath, PROGRAM] });
  const { code } = await program.exited;
  return { code, output: program.output };
}

beforeAll(async () => {
  app = await startTestApp();
  const seeded = await run({ DATABASE_URL: app.databaseUrl }, [`--messages=${MESSAGES}`, '--users=30']);
  expect(seeded).toMatchObject({ code: 0 });
  ({ output } = seeded);
}, 60_000);
afterAll(() => app.close());

/** A caller who is one of the people that were made. */
async function loggedIn() {
  const [, password] = /^Everybody’s password: (.+)$/m.exec(output) ?? [];
  const [, username] = /^Log in as ([^,]+),/m.exec(output) ?? [];
  const { access_token } = expectOk(await app.api.post('/auth/login', { username, password })) as {
    access_token: string;
  };
  return app.api.as(access_token);
}

describe('npm run seed', { timeout: 60_000 }, () => {
  it('makes people who can log in, groups with channels of each type, and messages, and shows how far it is', async () => {
    expect(output).toContain(`${MESSAGES} of ${MESSAGES} messages`);
    expect(output).toContain(`Made 30 people, 3 groups,`);
    const api = await loggedIn();
    const { items: groups } = expectOk(await api.get('/groups')) as { items: { id: string; role: string }[] };
    expect(groups.map(({ role }) => role)).toContain('owner');
    const owned = groups.find(({ role }) => role === 'owner')!;
    const { items } = expectOk(await api.get(`/groups/${owned.id}/channels`)) as {
      items: { id: string; type: string }[];
    };
    expect(new Set(items.map(({ type }) => type))).toEqual(new Set(['TEXT', 'VOICE', 'VIDEO']));
    const page = expectOk(await api.get(`/channels/${items[0]!.id}/messages?limit=100`)) as { items: object[] };
    expect(page.items).toHaveLength(100);
    expect((expectOk(await api.get('/dms')) as { items: object[] }).items).not.toEqual([]);
    const [invite] = /^ {2}(\S{16}) /m.exec(output)?.slice(1) ?? [];
    expect((await api.post(`/invites/${invite}/accept`)).status).toBe(200);
  });

  it('leaves logs as if all had come over the wire: numbered from 1, each change by its own number, the head at the last', async () => {
    const heads = await app.sql<{ behind: string }>(`
      SELECT c.id AS behind FROM conversations c JOIN messages m ON m.conversation_id = c.id
       GROUP BY c.id
      HAVING max(m.rev) <> c.last_seq OR min(m.seq) <> 1
          OR c.last_seq < count(*) + sum((SELECT count(*) FROM message_edits e WHERE e.message_id = m.id))`);
    expect(heads).toEqual([]);
    const total = await app.sql<{ count: number }>('SELECT count(*)::int AS count FROM messages');
    expect(total[0]?.count).toBe(MESSAGES);
  });

  it('counts reactions and mentions as their rows say, and has every kind of change', async () => {
    const miscounted = await app.sql(`
      SELECT m.id FROM messages m
        LEFT JOIN LATERAL (SELECT sum((r ->> 'count')::int) AS count FROM json_array_elements(m.reactions) r) told ON true
        LEFT JOIN LATERAL (SELECT count(*) FROM message_reactions r WHERE r.message_id = m.id) kept ON true
       WHERE coalesce(told.count, 0) <> kept.count`);
    expect(miscounted).toEqual([]);
    const mentions = await app.sql(`
      SELECT s.user_id FROM read_states s
       WHERE s.mention_count <> (SELECT count(*) FROM messages m
                                  WHERE m.conversation_id = s.conversation_id AND m.seq > s.last_read_seq
                                    AND s.user_id = ANY (m.mentions) AND m.sender_id <> s.user_id)`);
    expect(mentions).toEqual([]);
    const [kinds] = await app.sql<Record<string, boolean>>(`
      SELECT bool_or(reply_to_id IS NOT NULL) AS replies, bool_or(edited_at IS NOT NULL) AS edits,
             bool_or(deleted_at IS NOT NULL) AS deletions, bool_or(reactions IS NOT NULL) AS reactions,
             bool_or(mentions <> '{}') AS mentions FROM messages`);
    expect(kinds).toEqual({ replies: true, edits: true, deletions: true, reactions: true, mentions: true });
  });

  it('makes the same people once: a second time it changes nothing, and says why', async () => {
    const again = await run({ DATABASE_URL: app.databaseUrl }, ['--messages=10', '--users=30']);
    expect(again).toEqual({ code: 1, output: expect.stringContaining('choose another --seed') as string });
    const users = await app.sql<{ count: number }>('SELECT count(*)::int AS count FROM users');
    expect(users[0]?.count).toBe(30);
  });

  it('migrates an empty database first, and refuses production', async () => {
    const empty = await createTestDatabase('empty');
    const args = ['--users=3', '--groups=1', '--messages=0'];
    expect(await run({ DATABASE_URL: empty.url }, args)).toMatchObject({ code: 0 });
    const production = { NODE_ENV: 'production', JWT_SECRET: 'a secret that is long enough for production' };
    const refused = await run({ DATABASE_URL: empty.url, ...production, RATE_LIMIT_DISABLED: '0' }, args);
    expect(refused).toEqual({ code: 1, output: expect.stringContaining('NODE_ENV is production') as string });
    await empty.drop();
  });

  it('tells how it is used, and refuses what it cannot do', async () => {
    expect(await run({}, ['--help'])).toEqual({ code: 0, output: expect.stringMatching(/^Usage: npm run seed /) });
    for (const [argument, problem] of [
      ['--users=2', '--users must be a whole number from 3 to 10000. Try --help.\n'],
      ['--messages=x', '--messages must be a whole number from 0 to 5000000. Try --help.\n'],
      ['--people=3', expect.stringContaining("Unknown option '--people'")],
    ] as const)
      expect(await run({}, [argument])).toEqual({ code: 2, output: problem });
  });
});
