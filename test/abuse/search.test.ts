import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, expectOk } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let channelId: string;

beforeAll(async () => {
  app = await startTestApp();
  const scene = await channelScene(app, { members: ['alice'] });
  alice = scene.members.alice;
  channelId = scene.channelId;
  for (const content of ['ordinary words', '100% of a_b c\\d'])
    expectOk(await alice.api.post(`/channels/${channelId}/messages`, { content }));
});
afterAll(() => app.close());

const get = (query: string) => alice.api.get(`/search/messages?${query}`);

const INJECTED = [
  `' OR '1'='1`,
  `'; DROP TABLE messages; --`,
  `words') UNION SELECT password_hash FROM users --`,
  `$$; SELECT pg_sleep(10); $$`,
  `words'::tsquery || '`,
  `E'\\x27`,
];
const SYNTAX = [
  '&',
  '|',
  '!',
  '(',
  ')',
  '!!',
  'a & & b',
  '(((',
  '"',
  '"""',
  "'",
  "''",
  ':*',
  'a:*',
  '<->',
  'a <-> ',
  '-',
  '--',
  'or',
  'or or',
  '\\',
  '%',
  '_',
  '*',
  '🙂',
  '\u202e',
  '\u0301',
  'a\tb\nc',
];

describe('N1: what is searched for is data', () => {
  it.each(INJECTED)('%s finds nothing, and does nothing', async (q) => {
    const answer = await get(new URLSearchParams({ q }).toString());
    expect(answer).toMatchObject({ status: 200, body: { items: [], next_cursor: null } });
    expect(await app.sql('SELECT FROM messages WHERE conversation_id = $1', [channelId])).toHaveLength(2);
  });

  it.each(SYNTAX)('%j is no syntax error', async (q) => {
    const answer = await get(new URLSearchParams({ q }).toString());
    expect(answer).toMatchObject({ status: 200, body: { next_cursor: null } });
  });

  it('wildcards of LIKE are none', async () => {
    expect((await get('q=w%25rds')).body.items).toEqual([]);
    expect((await get('q=word_')).body.items).toEqual([]);
  });

  it.each([
    ['q', 'q=a%00b'],
    ['q', `q=${'x'.repeat(10_240)}`],
    ['q', 'q='],
    ['q', 'q=%20%20'],
    ['limit', 'q=a&limit=1%3BDROP'],
    ['limit', 'q=a&limit=101'],
    ['cursor', `q=a&cursor=${Buffer.from(`["' OR 1=1"]`).toString('base64url')}`],
    ['group_id', `q=a&group_id=' OR '1'='1`],
    ['channel_id', 'q=a&channel_id=1'],
    ['sender_id', 'q=a&sender_id=null'],
    ['before', 'q=a&before=now()'],
    ['before', 'q=a&before=2026-02-30T99:00:00Z'],
    ['after', 'q=a&after=infinity'],
    ['has', 'q=a&has=password'],
    ['has', 'q=a&has=constructor'],
  ])('%s is refused by name: %s', async (field, query) => {
    expect(await get(query)).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  });
});

describe('N2: a parameter is one text', () => {
  it.each(['q', 'group_id', 'channel_id', 'sender_id', 'before', 'after', 'has', 'limit', 'cursor'])(
    '%s twice is refused',
    async (field) => {
      const value = { q: 'a', limit: '5', before: '2026-01-01', after: '2026-01-01', has: 'link' }[field] ?? channelId;
      const rest = field === 'q' ? '' : 'q=a&';
      expect(await get(`${rest}${field}=${value}&${field}=${value}`)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field }] },
      });
    },
  );

  it.each(['q[]=a', 'q[$ne]=a', 'q[text]=a', 'q.text=a'])(
    'an object or list in place of q is refused: %s',
    async (query) => {
      expect(await get(query)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field: 'q' }] },
      });
    },
  );

  it.each(['sender_id[$ne]=x', 'has[]=link', 'before[$gt]='])(
    'fields that are not listed are ignored: %s',
    async (query) => {
      expect((await get(`q=ordinary&${query}`)).body.items).toHaveLength(1);
    },
  );
});
