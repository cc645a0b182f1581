import { interleave } from '../harness/benchmark.js';
import type { Benchmark } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Section, Verdict } from '../harness/report.js';
import { closeArenas, connect, openArena, seedCrowd, withCpu } from './arena.js';
import type { Arena } from './arena.js';

const PAIRS = 16;
const WINDOW = 4;
const OFFER_BYTES = 2048;

/** A 2 KB offer to one peer: authenticated and validated by Parley, by the others not. */
export const relayBenchmark: Benchmark = {
  name: 'relay',
  title: 'Signal relay: 2 KB offers, 16 pairs',
  run: async (context) => {
    const { failures } = context;
    const crowd = await seedCrowd(context, { users: 2 * PAIRS, channels: 1, channelType: 'VOICE' });
    const arenas: Arena[] = [];
    for (const name of ['parley', 'limit', 'framed-once', 'socket.io', 'nest-ws'] as const) {
      const arena = await openArena(context, name);
      await connect(arena, crowd.membersOf(0), failures);
      await arena.load.run('relay', { window: WINDOW, seconds: 1, bytes: OFFER_BYTES });
      arenas.push(arena);
    }
    const contestants = arenas.map(({ server, load }) => ({
      label: server.name === 'framed-once' ? 'bare ws, parse and stringify' : server.label,
      measure: async () => {
        const input = { window: WINDOW, seconds: context.quick ? 1.5 : 3, bytes: OFFER_BYTES };
        const { cpu, result } = await withCpu(server, () => load.run('relay', input));
        const { relayed, seconds, latency } = result;
        return { perCore: relayed / cpu, perSecond: relayed / seconds, p50: latency.p50, p99: latency.p99 };
      },
    }));
    const section: Section = {
      title: 'relays, saturated',
      columns: [
        { key: 'perCore', title: 'relays/s per core' },
        { key: 'perSecond', title: 'relays/s' },
        { key: 'p50', title: 'p50 ms', digits: 2 },
        { key: 'p99', title: 'p99 ms', digits: 2 },
      ],
      rows: await interleave(context, 'relay', contestants),
      ratio: { key: 'perCore', to: 'bare ws, the limit' },
      chart: { key: 'perCore', title: 'Relays of a 2 KB offer a second per core of the server' },
    };
    await closeArenas(arenas);
    return { sections: [section], verdicts: verdicts(section) };
  },
};

function verdicts(section: Section): Verdict[] {
  const work = 'relay of a 2 KB offer';
  const against = (label: string, unit: string, [owed, wanted]: [number, number]): Verdict => {
    const got = ratioOf(rowOf(section, 'Parley'), rowOf(section, label), 'perCore');
    return { work, owed, wanted, got, unit, better: 'higher' };
  };
  return [
    against('bare ws, the limit', '× the limit', [0.6, 0.8]),
    against('Socket.IO', '× Socket.IO', [1.3, NaN]),
    against('Nest ws, ValidationPipe', '× Nest with ValidationPipe', [2, NaN]),
  ];
}
