import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { medianOf, rowOf } from '../harness/report.js';
import type { Sample, Section } from '../harness/report.js';
import type { ServerName } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import { closeArenas, connect, openArena, seedCrowd, withCpu } from './arena.js';
import type { Arena } from './arena.js';

const CHURNERS = 100;
const CONCURRENCY = 50;
/** Joins and leaves are told together within 100 ms: the last of them are part of the cost. */
const LAST_NEWS_MS = 300;
const BARE = 'bare ws, a frame to everyone each time';
const PARLEY = 'Parley, presence=diff';

/** Members who come and go in a big room; the cost of connecting alone, in empty rooms, is measured too and taken off. */
export const presenceBenchmark: Benchmark = {
  name: 'presence',
  title: 'Joins and leaves in a big room',
  run: async (context) => {
    const failures: string[] = [];
    const seats = context.quick ? 500 : 1000;
    const big = await seedCrowd(context, { users: seats + CHURNERS, channels: 1 });
    const alone = await seedCrowd(context, { users: CHURNERS, channels: CHURNERS, membersPerChannel: 1 });
    const members = big.membersOf(0);
    const crowd: Crowd = {
      seated: members.slice(0, seats),
      comers: members.slice(seats),
      alone: Array.from({ length: CHURNERS }, (_, n) => alone.membersOf(n)).flat(),
      failures,
    };
    const kinds: [string, ServerName, string][] = [
      [PARLEY, 'parley', 'diff'],
      ['Parley, presence=each', 'parley', 'each'],
      [BARE, 'framed-once', ''],
      ['Socket.IO, the same', 'socket.io', ''],
    ];
    const arenas: Arena[] = [];
    const contestants = [];
    for (const [label, name, presence] of kinds) {
      const arena = await openArena(context, name);
      await connect(arena, crowd.seated, failures, { query: `presence=${presence}` });
      arenas.push(arena);
      contestants.push({ label, measure: () => churn(context, arena, crowd) });
    }
    const section: Section = {
      title: `a room of ${seats}`,
      columns: [
        { key: 'marginal', title: 'µs of CPU, the room alone', digits: 0 },
        { key: 'total', title: 'µs with connecting', digits: 0 },
        { key: 'alone', title: 'µs in an empty room', digits: 0 },
        { key: 'perSecond', title: 'joins and leaves/s', digits: 0 },
      ],
      rows: await interleave(context, 'joins and leaves', contestants),
      ratio: { key: 'marginal', to: BARE },
      chart: { key: 'marginal', title: `Microseconds of CPU for one join and leave in a room of ${seats}` },
    };
    await closeArenas(arenas);
    // Of medians: what is left of two costs of over a millisecond may be below nothing in a single round.
    const ours = medianOf(rowOf(section, PARLEY), 'marginal');
    const measured = ours > 0 ? medianOf(rowOf(section, BARE), 'marginal') / ours : NaN;
    const bar = { owed: 100, wanted: 300, got: measured, unit: '× cheaper', better: 'higher' as const };
    return { sections: [section], verdicts: [{ work: 'join and leave in a room of 1,000', ...bar }], failures };
  },
};

interface Crowd {
  seated: Member[];
  comers: Member[];
  alone: Member[];
  failures: string[];
}

async function churn(context: BenchContext, { server, load }: Arena, crowd: Crowd): Promise<Sample> {
  const { dialect, port, label } = server;
  // A peer's cost is so much higher that fewer tell as much.
  const times = (server.name === 'parley' ? 2000 : 400) / (context.quick ? 2 : 1);
  const run = async (members: Member[]) => {
    const input = { members, times, concurrency: CONCURRENCY, dialect, port, query: 'presence=diff' };
    const { cpu, result } = await withCpu(server, async () => {
      const outcome = await load.run('churn', input);
      await new Promise((resolve) => setTimeout(resolve, LAST_NEWS_MS));
      return outcome;
    });
    for (const [reason, count] of Object.entries(result.failed))
      crowd.failures.push(`${label}: ${count} joins: ${reason}`);
    return { each: (cpu * 1e6) / times, perSecond: times / result.seconds };
  };
  const inBig = await run(crowd.comers);
  const alone = await run(crowd.alone);
  return { marginal: inBig.each - alone.each, total: inBig.each, alone: alone.each, perSecond: inBig.perSecond };
}
