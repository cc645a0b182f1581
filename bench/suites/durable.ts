import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark, Contestant } from '../harness/benchmark.js';
import type { BenchDatabase } from '../harness/database.js';
import { medianOf, ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { DurableResult } from '../load/tasks.js';
import type { WriteInput } from '../peers/database-writer.types.js';
import { closeArenas, connect, openArena, seedCrowd } from './arena.js';
import type { Arena, Crowd } from './arena.js';
import { openWriters } from './database-arena.js';
import type { Writers } from './database-arena.js';

const CHANNELS = 100;
const BULK = '1000-row INSERT';
const SAVE = 'TypeORM save';
const SPREAD = 'Parley, 100 channels';
const HOT = 'Parley, one hot channel';

/** Messages that are committed, numbered and delivered; each sender waits for its acknowledgement. */
export const durableBenchmark: Benchmark = {
  name: 'durable',
  title: 'Durable messages: each sender waits for its acknowledgement',
  run: async (context) => {
    const { failures } = context;
    const sections: Section[] = [];
    const writers = await openWriters(context);
    for (const senders of context.quick ? [64] : [1, 64, 256]) {
      const section = await atOnce(context, { senders, writers, failures });
      context.show(section);
      sections.push(section);
    }
    await writers.stop();
    return { sections, verdicts: verdicts(sections) };
  },
};

interface Round {
  senders: number;
  writers: Writers;
  failures: string[];
}

async function atOnce(context: BenchContext, { senders, writers, failures }: Round): Promise<Section> {
  const database = await context.database();
  const seconds = context.quick ? 1.5 : 3;
  const spread = await seedCrowd(context, {
    users: Math.max(senders, CHANNELS),
    channels: CHANNELS,
    membersPerChannel: Math.ceil(senders / CHANNELS),
  });
  const hot = await seedCrowd(context, { users: senders, channels: 1 });
  const peers = await seedCrowd(context, { users: senders, channels: CHANNELS, membersPerChannel: 1 });
  const arenas: Arena[] = [];
  const contestants: Contestant[] = [];
  for (const [label, members] of [
    [SPREAD, acrossChannels(spread, senders)],
    [HOT, hot.membersOf(0)],
  ] as const) {
    // A server for each, so that one's backlog is not the other's.
    const arena = await openArena(context, 'parley');
    await connect(arena, members, failures);
    await arena.load.run('durable', { senders, seconds: 1 });
    arenas.push(arena);
    contestants.push({ label, measure: () => measureParley(arena, label, { senders, seconds, database, failures }) });
  }
  const ids = { conversationIds: peers.channels.map(({ id }) => id), userIds: peers.users.map(({ id }) => id) };
  const ways = { save: SAVE, single: 'prepared single INSERT', bulk: BULK } as const;
  for (const way of ['save', 'single', 'bulk'] as const) {
    // As Parley did: code is compiled, statements are prepared.
    await writers.run({ way, senders: Math.min(2, senders), seconds: 1, ...ids });
    // Two in flight keep Postgres busy; more only wait for each other.
    const input = { way, senders: way === 'bulk' ? Math.min(2, senders) : senders, seconds, ...ids };
    contestants.push({ label: ways[way], measure: () => measurePeer(writers, database, input) });
  }
  const rows = await interleave(context, `${senders} senders`, contestants);
  await closeArenas(arenas);
  return {
    title: `${senders} ${senders === 1 ? 'sender' : 'senders'}`,
    columns: [
      { key: 'perSecond', title: 'messages/s' },
      { key: 'p50', title: 'p50 ms', digits: 2 },
      { key: 'p99', title: 'p99 ms', digits: 2 },
      { key: 'max', title: 'max ms', digits: 0 },
      { key: 'programCpu', title: 'program µs each', digits: 1 },
      { key: 'postgresCpu', title: 'Postgres µs each', digits: 1 },
      { key: 'deliveriesPerSecond', title: 'deliveries/s' },
    ],
    rows,
    ratio: { key: 'perSecond', to: BULK },
    chart: { key: 'perSecond', title: `Durable messages a second, ${senders} waiting senders` },
  };
}

/** Sender n in channel n modulo 100. */
function acrossChannels(crowd: Crowd, senders: number): ReturnType<Crowd['membersOf']> {
  const channels = Array.from({ length: CHANNELS }, (_, n) => crowd.membersOf(n));
  return Array.from({ length: senders }, (_, n) => channels[n % CHANNELS]?.[Math.floor(n / CHANNELS)]).filter(
    (member) => member !== undefined,
  );
}

interface ParleyRound {
  senders: number;
  seconds: number;
  database: BenchDatabase;
  failures: string[];
}

async function measureParley({ server, load }: Arena, label: string, round: ParleyRound): Promise<Sample> {
  const { senders, seconds, database, failures } = round;
  const [program, postgres] = [server.cpuSeconds, database.cpuSeconds()];
  const result = await load.run('durable', { senders, seconds });
  const { acknowledged, deliveries, latency } = result;
  failures.push(...durableShortfall(label, result));
  return {
    perSecond: acknowledged / result.seconds,
    p50: latency.p50,
    p99: latency.p99,
    max: latency.max,
    programCpu: ((server.cpuSeconds - program) * 1e6) / acknowledged,
    postgresCpu: ((database.cpuSeconds() - postgres) * 1e6) / acknowledged,
    deliveriesPerSecond: deliveries / result.seconds,
  };
}

export function durableShortfall(label: string, result: DurableResult): string[] {
  const { refused, deliveries, expected, disordered } = result;
  const wrong: string[] = [];
  if (deliveries !== expected) wrong.push(`${label}: ${deliveries} deliveries of ${expected} came`);
  if (disordered > 0) wrong.push(`${label}: ${disordered} deliveries came out of order, or with a gap or a double`);
  if (refused > 0) wrong.push(`${label}: ${refused} messages were refused`);
  return wrong;
}

async function measurePeer(writers: Writers, database: BenchDatabase, input: WriteInput): Promise<Sample> {
  const [program, postgres] = [writers.cpuSeconds, database.cpuSeconds()];
  const { rows, seconds, latency } = await writers.run(input);
  return {
    perSecond: rows / seconds,
    p50: latency.p50,
    p99: latency.p99,
    max: latency.max,
    programCpu: ((writers.cpuSeconds - program) * 1e6) / rows,
    postgresCpu: ((database.cpuSeconds() - postgres) * 1e6) / rows,
    deliveriesPerSecond: NaN,
  };
}

function verdicts(sections: readonly Section[]): Verdict[] {
  const section = sections.find(({ title }) => title.startsWith('64'));
  const many = sections.find(({ title }) => title.startsWith('256'));
  if (!section) return [];
  const ratio = (label: string, to: string) => ratioOf(rowOf(section, label), rowOf(section, to), 'perSecond');
  const work = 'durable messages, 64 senders';
  const longest = many ? Math.max(...[SPREAD, HOT].map((label) => medianOf(rowOf(many, label), 'max'))) : NaN;
  return [
    { work, owed: 0.4, wanted: 0.5, got: ratio(SPREAD, BULK), unit: '× 1000-row INSERT', better: 'higher' },
    { work, owed: 8, wanted: NaN, got: ratio(SPREAD, SAVE), unit: '× TypeORM save', better: 'higher' },
    { work, owed: NaN, wanted: 1, got: ratio(HOT, SPREAD), unit: 'hot channel × 100 channels', better: 'higher' },
    { work: 'longest wait, 256 senders', owed: 1000, wanted: NaN, got: longest, unit: 'ms', better: 'lower' },
  ];
}
