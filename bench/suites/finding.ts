import { withOperatorConnection } from '../../src/infra/database/operator-connection.js';
import { readSearchText } from '../../src/search/internal/search-text.js';
import { searchStatement } from '../../src/search/persistence/search.repository.js';
import { PAGE } from '../../src/unreads/persistence/unread-statements.js';
import type { UserId } from '../../src/common/ids.js';
import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark, Contestant } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { StatementInput } from '../peers/database-reader.types.js';
import type { Member } from '../load/dialects.js';
import { closeArenas, openArena, seedCrowd } from './arena.js';
import type { Arena } from './arena.js';
import { openReaders } from './database-arena.js';

const CHANNELS = 20;
const HITS = 50;
const BARE = 'bare pg, the same query';
const WARM_UP = 100;

interface Asked {
  title: string;
  /** How often in a round; each costs milliseconds. */
  times: number;
  items: number;
  /** The statement asks for one more, which says that there are more. */
  rows: number;
  /** One question: as Parley's path, and as the statement that Parley sends. */
  question: () => { path: string; statement: { name?: string; text: string }; values: unknown[] };
}

/** What is unread, and messages by their words, on a million messages: one question after another, each as a client sees it. */
export const findingBenchmark: Benchmark = {
  name: 'finding',
  title: 'Unread counts and search on a million messages',
  run: async (context) => {
    const perChannel = (context.quick ? 100_000 : 1_000_000) / CHANNELS;
    const crowd = await seedCrowd(context, { users: CHANNELS, channels: CHANNELS, messagesPerChannel: perChannel });
    context.progress('indexing the words');
    await indexAll(context);
    const arena = await openArena(context, 'parley');
    const readers = await openReaders(context);
    const [member] = crowd.membersOf(0);
    if (member === undefined) throw new Error('nobody was seeded');
    const sections: Section[] = [];
    for (const asked of questions(member, perChannel)) {
      const bare = async (): Promise<Sample> => {
        const one = asked.question();
        const values = Array.from({ length: asked.times }, () => asked.question().values);
        const input: StatementInput = { way: 'statement', statement: one.statement, rows: asked.rows, values };
        const { latency, wrong } = await readers.run(input);
        if (wrong > 0)
          context.failures.push(`${asked.title}: ${wrong} answers of bare pg with the wrong number of rows`);
        return { ...latency };
      };
      const contestants: Contestant[] = [
        { label: 'Parley, REST', measure: () => get(context, arena, member, asked) },
        { label: BARE, measure: bare },
      ];
      for (const { measure } of contestants) await measure();
      sections.push(section(asked.title, await interleave(context, asked.title, contestants)));
    }
    await Promise.all([closeArenas([arena]), readers.stop()]);
    return { sections, verdicts: sections.map(verdict) };
  },
};

function questions({ userId }: Member, perChannel: number): Asked[] {
  const user = userId as UserId;
  const search = (q: string, limit: number) => {
    const { text, values } = searchStatement({ userId: user, query: readSearchText(q), limit: limit + 1 });
    return { path: `/api/search/messages?q=${q}&limit=${limit}`, statement: { text }, values };
  };
  // As many digits as the largest has, so that it is no beginning of another.
  const least = 10 ** (String(perChannel - 1).length - 1);
  const rare = () => String(least + Math.floor(Math.random() * (perChannel - least)));
  return [
    {
      title: `unread counts of ${CHANNELS} channels, over 999 each`,
      times: WARM_UP,
      items: CHANNELS,
      rows: CHANNELS,
      question: () => ({ path: '/api/users/me/unreads', statement: PAGE, values: [user, null, HITS + 1] }),
    },
    // A number stands in one message of each channel.
    { title: 'a rare word', times: 3 * WARM_UP, items: CHANNELS, rows: CHANNELS, question: () => search(rare(), HITS) },
    {
      title: 'a word of every message',
      times: 3 * WARM_UP,
      items: HITS,
      rows: HITS + 1,
      question: () => search('fox', HITS),
    },
  ];
}

/** The server's indexer keeps out of the way of the log, and would take minutes. */
async function indexAll(context: BenchContext): Promise<void> {
  const { url } = await context.database();
  await withOperatorConnection({ url, purpose: 'bench' }, async (client) => {
    for (const statement of [
      'SET statement_timeout = 0',
      'DROP INDEX message_terms_idx',
      `INSERT INTO message_terms (message_id, conversation_id, sent_at, terms)
       SELECT m.id, m.conversation_id, m.created_at, to_tsvector('simple', m.content) FROM messages m
       ON CONFLICT DO NOTHING`,
      'CREATE INDEX message_terms_idx ON message_terms USING gin (terms)',
      `INSERT INTO search_positions (conversation_id, indexed_rev) SELECT id, last_seq FROM conversations
       ON CONFLICT (conversation_id) DO UPDATE SET indexed_rev = excluded.indexed_rev`,
      'VACUUM ANALYZE',
    ])
      await client.query(statement);
  });
}

async function get(
  { failures }: BenchContext,
  { server, load }: Arena,
  { token }: Member,
  { title, times, items, question }: Asked,
): Promise<Sample> {
  const paths = Array.from({ length: times }, () => question().path);
  const before = server.cpuSeconds;
  const { latency, wrong } = await load.run('requests', { port: server.port, token, paths, items });
  if (wrong > 0) failures.push(`${title}: ${wrong} answers with the wrong number of items`);
  return { ...latency, cpu: ((server.cpuSeconds - before) * 1e6) / times };
}

function section(title: string, rows: Section['rows']): Section {
  return {
    title,
    columns: [
      { key: 'p50', title: 'p50 ms', digits: 2 },
      { key: 'p99', title: 'p99 ms', digits: 2 },
      { key: 'cpu', title: 'server µs each', digits: 0 },
    ],
    rows: rows.map((row) => ({ ...row, samples: row.samples.map((sample) => ({ cpu: NaN, ...sample })) })),
    ratio: { key: 'p50', to: BARE },
    chart: { key: 'p50', title: `Milliseconds for ${title}, median` },
  };
}

function verdict(found: Section): Verdict {
  const got = ratioOf(found.rows[0], rowOf(found, BARE), 'p50');
  return { work: `finding: ${found.title}`, owed: 1.3, wanted: 1.1, got, unit: '× bare pg', better: 'lower' };
}
