import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { medianOf, rowOf } from '../harness/report.js';
import type { Sample, Section } from '../harness/report.js';
import type { ServerName } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import { closeArenas, openArena, seedCrowd, withCpu } from './arena.js';

const ROOMS = 100;
const PROBE_EVERY_MS = 50;
/** As from many houses: a server may count connections by address. */
const ADDRESSES = Array.from({ length: 40 }, (_, n) => `127.0.1.${n + 1}`);

/** Everyone comes at once, as after an outage, and the health of the server is asked all the while. */
export const joinStormBenchmark: Benchmark = {
  name: 'join-storm',
  title: 'Join storm: authenticated connections that all come at once',
  run: async (context) => {
    const { failures } = context;
    const connections = context.quick ? 2000 : 10_000;
    const options = { users: connections, channels: ROOMS, membersPerChannel: connections / ROOMS };
    const crowd = await seedCrowd(context, options);
    const members = crowd.membersOfFirst(ROOMS);
    const contestants = (['parley', 'framed-once'] as const).map((name) => ({
      label: name === 'parley' ? 'Parley' : 'bare ws, no authentication',
      measure: () => storm(context, name, { members, failures }),
    }));
    const section: Section = {
      title: `${connections} connections at once, in ${ROOMS} channels`,
      columns: [
        { key: 'admitted', title: 'admitted' },
        { key: 'seconds', title: 'seconds', digits: 1 },
        { key: 'p99', title: 'p99 ms' },
        { key: 'cpu', title: 'µs of CPU each' },
        { key: 'health', title: 'slowest health answer ms' },
      ],
      rows: await interleave(context, 'storm', contestants),
      chart: { key: 'cpu', title: 'Microseconds of CPU for one connection of a storm' },
    };
    const parley = rowOf(section, 'Parley');
    const admitted = { owed: 1, wanted: 1, got: medianOf(parley, 'admitted') / connections, unit: 'of all' };
    const health = { owed: 1000, wanted: NaN, got: medianOf(parley, 'health'), unit: 'ms' };
    return {
      sections: [section],
      verdicts: [
        { work: 'join storm: admitted', ...admitted, better: 'higher' },
        { work: 'join storm: slowest health answer', ...health, better: 'lower' },
      ],
    };
  },
};

async function storm(
  context: BenchContext,
  name: ServerName,
  { members, failures }: { members: Member[]; failures: string[] },
): Promise<Sample> {
  const arena = await openArena(context, name);
  const { server, load } = arena;
  const { dialect, port } = server;
  const probe = name === 'parley' ? probeHealth(port) : undefined;
  const input = { members, dialect, port, concurrency: members.length, query: '', addresses: ADDRESSES };
  const { cpu, result } = await withCpu(server, () => load.run('connect', input));
  const health = await probe?.();
  for (const [reason, count] of Object.entries(result.failed))
    failures.push(`${server.label}: ${count} of ${members.length} connections: ${reason}`);
  if (health && health.failed > 0) failures.push(`${server.label}: ${health.failed} health answers were not 200`);
  await closeArenas([arena]);
  return {
    admitted: result.connected,
    seconds: result.seconds,
    p99: result.latency.p99,
    cpu: (cpu * 1e6) / members.length,
    health: health?.slowest ?? NaN,
  };
}

interface Health {
  /** Milliseconds. */
  slowest: number;
  failed: number;
}

/** Asks until told to stop, one request after another. */
function probeHealth(port: number): () => Promise<Health> {
  const health = { slowest: 0, failed: 0 };
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const began = performance.now();
      const ok = await fetch(`http://127.0.0.1:${port}/health/live`).then(
        (answer) => answer.ok,
        () => false,
      );
      health.slowest = Math.max(health.slowest, performance.now() - began);
      if (!ok) health.failed++;
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
    return health;
  })();
  return () => {
    stop.abort();
    return asking;
  };
}
