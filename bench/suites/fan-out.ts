import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark, Contestant } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { FanOutResult } from '../load/tasks.js';
import { closeArenas, connect, openArena, seedCrowd, withCpu } from './arena.js';
import type { Arena } from './arena.js';

const SENDERS = 8;
/** Messages on their way at the same time: eight of each sender. */
const WINDOW = 64;
const OFFERED_PER_SECOND = 50_000;
const BARE = 'bare ws, framed once';
const LIMIT = 'bare ws, the limit';

/** One room, eight senders, 128-byte texts; Parley's messages are committed to Postgres before they go out. */
export const fanOutBenchmark: Benchmark = {
  name: 'fan-out',
  title: 'Fan-out: one room, 8 senders, 128-byte texts',
  run: async (context) => {
    const { failures } = context;
    const sizes = context.quick ? [100, 1000] : [100, 1000, 5000];
    const crowd = await seedCrowd(context, { users: Math.max(...sizes), channels: sizes.length });
    const arenas: Arena[] = [];
    for (const name of ['parley', 'framed-once', 'limit', 'socket.io', 'nest-ws'] as const)
      arenas.push(await openArena(context, name));
    const sections: Section[] = [];
    for (const [n, size] of sizes.entries()) {
      const members = crowd.membersOf(n).slice(0, size);
      for (const arena of arenas) {
        context.progress(`${size} receivers: connecting to ${arena.server.label}`);
        await connect(arena, members, failures);
      }
      const measured = [await saturated(context, { size, arenas, failures })];
      if (size === 1000) measured.push(await offered(context, { size, arenas, failures }));
      measured.forEach(context.show);
      sections.push(...measured);
      await Promise.all(arenas.map(({ load }) => load.run('disconnect', undefined)));
    }
    await closeArenas(arenas);
    return { sections, verdicts: verdicts(sections) };
  },
};

interface Room {
  size: number;
  arenas: Arena[];
  failures: string[];
}

async function saturated(context: BenchContext, { size, arenas, failures }: Room): Promise<Section> {
  const seconds = context.quick ? 1.5 : 3;
  const measure = async ({ server, load }: Arena, event: 'message' | 'typing', label: string): Promise<Sample> => {
    const input = { event, senders: SENDERS, seconds, window: WINDOW };
    const { cpu, result } = await withCpu(server, () => load.run('fanOut', input));
    failures.push(...shortfall(label, result));
    const { deliveries } = result;
    return {
      perCore: deliveries / cpu,
      perSecond: deliveries / result.seconds,
      microseconds: (cpu * 1e6) / deliveries,
    };
  };
  const contestants: Contestant[] = arenas.map((arena) => ({
    label: arena.server.label,
    measure: () => measure(arena, 'message', arena.server.label),
  }));
  for (const arena of arenas)
    if (['parley', 'framed-once', 'limit'].includes(arena.server.name) && size === 1000) {
      const label = `${arena.server.label}: typing`;
      contestants.push({ label, measure: () => measure(arena, 'typing', label) });
    }
  for (const { load } of arenas)
    await load.run('fanOut', { event: 'message', senders: SENDERS, seconds: 1, window: WINDOW });
  return {
    title: `${size} receivers, saturated`,
    columns: [
      { key: 'perCore', title: 'deliveries/s per core' },
      { key: 'microseconds', title: 'µs of CPU each', digits: 2 },
      { key: 'perSecond', title: 'deliveries/s' },
    ],
    rows: await interleave(context, `${size} receivers`, contestants),
    ratio: { key: 'perCore', to: BARE },
    chart: { key: 'perCore', title: `Deliveries a second per core of the server, ${size} receivers` },
  };
}

async function offered(context: BenchContext, { size, arenas, failures }: Room): Promise<Section> {
  const input = { senders: SENDERS, seconds: context.quick ? 2 : 4, deliveriesPerSecond: OFFERED_PER_SECOND };
  const contestants = arenas.map(({ server, load }) => ({
    label: server.label,
    measure: async () => {
      const { cpu, result } = await withCpu(server, () => load.run('offered', input));
      failures.push(...shortfall(`${server.label}, offered`, result));
      return { p50: result.latency.p50, p99: result.latency.p99, cpu: (cpu / result.seconds) * 100 };
    },
  }));
  return {
    title: `${size} receivers, 50,000 deliveries/s offered`,
    columns: [
      { key: 'p50', title: 'p50 ms', digits: 1 },
      { key: 'p99', title: 'p99 ms', digits: 1 },
      { key: 'cpu', title: 'server CPU %' },
    ],
    rows: await interleave(context, 'offered', contestants),
    ratio: { key: 'p99', to: BARE },
    chart: { key: 'p99', title: `Milliseconds to 99 % of deliveries at 50,000 a second, ${size} receivers` },
  };
}

export function shortfall(label: string, { expected, deliveries, disordered }: FanOutResult): string[] {
  const wrong: string[] = [];
  if (deliveries !== expected) wrong.push(`${label}: ${deliveries} deliveries of ${expected} came`);
  if (disordered > 0) wrong.push(`${label}: ${disordered} receivers or frames with a gap, a double or a wrong order`);
  return wrong;
}

function verdicts(sections: readonly Section[]): Verdict[] {
  const at = (title: string) => sections.find((section) => section.title.startsWith(title));
  const [full, steady] = [at('1000 receivers, saturated'), at('1000 receivers, 50,000')];
  if (!full || !steady) return [];
  const perCore = (to: string) => ratioOf(rowOf(full, 'Parley'), rowOf(full, to), 'perCore');
  const work = 'fan-out to 1,000, saturated';
  return [
    { work, owed: 8, wanted: NaN, got: perCore(BARE), unit: '× bare ws framed once', better: 'higher' },
    { work, owed: 12, wanted: NaN, got: perCore('Socket.IO'), unit: '× Socket.IO', better: 'higher' },
    { work, owed: NaN, wanted: 0.8, got: perCore(LIMIT), unit: '× the limit', better: 'higher' },
    {
      work: 'fan-out to 1,000, 50,000 deliveries/s offered, p99',
      owed: 1.2,
      wanted: 1,
      got: ratioOf(rowOf(steady, 'Parley'), rowOf(steady, BARE), 'p99'),
      unit: '× bare ws',
      better: 'lower',
    },
  ];
}
