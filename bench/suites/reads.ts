import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark, Contestant } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import { JWT_SECRET } from '../harness/servers.js';
import type { ReadInput } from '../peers/database-reader.types.js';
import { closeArenas, openArena, seedCrowd } from './arena.js';
import type { Arena, Crowd } from './arena.js';
import { openReaders } from './database-arena.js';

const CHANNELS = 20;
const PAGE = 50;
const CHANGES = 100;
const MISSED = 200;
const BARE = 'bare pg, the same query';
const FLOOR = 'bare node:http + pg, the same query';
/** Reads of each contestant before any counts: connections are opened, statements prepared, and the code is compiled. */
const WARM_UP = 2000;
const WARM_UP_RESUMES = 500;

/** Reads at random places of a million messages, one after another, each as a client sees it. */
export const readsBenchmark: Benchmark = {
  name: 'reads',
  title: 'History and resume on a million messages',
  run: async (context) => {
    const { failures } = context;
    const messages = context.quick ? 100_000 : 1_000_000;
    const options = { users: CHANNELS, channels: CHANNELS, messagesPerChannel: messages / CHANNELS };
    const began = performance.now();
    const crowd = await seedCrowd(context, options);
    context.progress(`seeded ${messages} messages in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const arena = await openArena(context, 'parley');
    const readers = await openReaders(context);
    const floor = await openFloor(context);
    const scene: Scene = { crowd, arena, failures, times: WARM_UP };
    const bare = (way: ReadInput['way'], rows: number) => async (): Promise<Sample> => {
      const { latency, wrong } = await readers.run({ way, rows, positions: positions(scene) });
      if (wrong > 0) failures.push(`${way}: ${wrong} reads with the wrong number of rows`);
      return { ...latency };
    };
    const page: Contestant[] = [
      { label: 'Parley, REST', measure: () => get(scene, arena.server, pagePath, PAGE) },
      { label: BARE, measure: bare('page', PAGE) },
      { label: FLOOR, measure: () => get(scene, floor, pagePath, PAGE) },
      { label: 'TypeORM find', measure: bare('find', PAGE) },
    ];
    const changes: Contestant[] = [
      { label: 'Parley, REST', measure: () => get(scene, arena.server, changesPath, CHANGES) },
      { label: BARE, measure: bare('changes', CHANGES) },
      { label: FLOOR, measure: () => get(scene, floor, changesPath, CHANGES) },
    ];
    const resume: Contestant[] = [
      { label: 'Parley, connect and resume', measure: () => resumeOnce(scene) },
      { label: BARE, measure: bare('changes', MISSED) },
    ];
    context.progress('warming up');
    for (const { measure } of [...page, ...changes]) await measure();
    scene.times = WARM_UP_RESUMES;
    for (const { measure } of resume) await measure();
    scene.times = context.quick ? 200 : 600;
    const sections = [
      section(`a page of ${PAGE} messages`, await interleave(context, 'page', page)),
      section(`${CHANGES} changes of the feed`, await interleave(context, 'changes', changes)),
      section(`back after missing ${MISSED} changes`, await interleave(context, 'resume', resume)),
    ];
    await Promise.all([closeArenas([arena]), readers.stop(), floor.stop()]);
    return { sections, verdicts: sections.map(verdict) };
  },
};

interface Scene {
  crowd: Crowd;
  arena: Arena;
  failures: string[];
  times: number;
}

type Position = ReadInput['positions'][number];

/** Anywhere in any log with enough messages on both sides. */
function positions({ crowd, times }: Scene): Position[] {
  return Array.from({ length: times }, () => {
    const channel = crowd.channels[Math.floor(Math.random() * CHANNELS)];
    const span = (channel?.lastSeq ?? 0) - 2 * MISSED;
    return { conversationId: channel?.id ?? '', seq: MISSED + Math.floor(Math.random() * span) };
  });
}

function pagePath({ conversationId, seq }: Position): string {
  return `/api/channels/${conversationId}/messages?limit=${PAGE}&before_seq=${seq}`;
}

function changesPath({ conversationId, seq }: Position): string {
  return `/api/channels/${conversationId}/changes?limit=${CHANGES}&since=${seq}`;
}

interface HttpServer {
  readonly port: number;
  readonly cpuSeconds: number;
}

async function openFloor({ resources, database }: BenchContext): Promise<HttpServer & { stop: () => Promise<void> }> {
  const env = { DATABASE_URL: (await database()).url, JWT_SECRET };
  const child = resources.fork({ program: 'bench/peers/bare-http.js', env });
  const port = await child.listening();
  return {
    port,
    get cpuSeconds() {
      return child.cpuSeconds;
    },
    stop: () => child.stop(),
  };
}

async function get(
  scene: Scene,
  server: HttpServer,
  path: (position: Position) => string,
  items: number,
): Promise<Sample> {
  const { crowd, arena, failures, times } = scene;
  const [member] = crowd.membersOf(0);
  const paths = positions(scene).map(path);
  const before = server.cpuSeconds;
  const { latency, wrong } = await arena.load.run('requests', {
    port: server.port,
    token: member?.token ?? '',
    paths,
    items,
  });
  if (wrong > 0) failures.push(`HTTP: ${wrong} answers with the wrong number of items`);
  return { ...latency, cpu: ((server.cpuSeconds - before) * 1e6) / times };
}

async function resumeOnce({ crowd, arena, failures, times }: Scene): Promise<Sample> {
  const { server, load } = arena;
  const members = Array.from({ length: CHANNELS }, (_, n) => crowd.membersOf(n).slice(0, 1)).flat();
  const input = { members, missed: MISSED, times: Math.ceil(times / 2), dialect: server.dialect, port: server.port };
  const { latency, wrong } = await load.run('resume', { ...input, query: 'presence=none' });
  if (wrong > 0) failures.push(`resume: ${wrong} of ${times} replays were not whole`);
  return { ...latency };
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

function verdict(read: Section): Verdict {
  const got = ratioOf(read.rows[0], rowOf(read, BARE), 'p50');
  return { work: `reads: ${read.title}`, owed: 1.3, wanted: 1.1, got, unit: '× bare pg', better: 'lower' };
}
