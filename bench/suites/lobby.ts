import { randomUUID } from 'node:crypto';
import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { medianOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { MatchesResult } from '../load/tasks.js';
import { seedRooms } from './arena.js';
import { closeNodes, connectAround, openNodes } from './node-arena.js';
import type { NodeArena } from './node-arena.js';

const PLAYERS = 1000;
/** Of three, one player must be left over: 1,000 is no multiple of it. */
const GAMES = [2, 3];

/** Everyone calls for a match at the same moment, on three nodes with Redis. */
export const lobbyBenchmark: Benchmark = {
  name: 'lobby',
  title: 'Matchmaking: 1,000 find_match at the same moment on three nodes',
  run: async (context) => {
    const arena = await openNodes(context, { label: 'three nodes', count: 3, redis: true });
    for (const maxPlayers of GAMES) await match(context, arena, { maxPlayers, players: 100 });
    const contestants = GAMES.map((maxPlayers) => ({
      label: `games of ${maxPlayers}`,
      measure: () => match(context, arena, { maxPlayers, players: PLAYERS }),
    }));
    const section: Section = {
      title: `${PLAYERS} find_match at once, three nodes`,
      columns: [
        { key: 'milliseconds', title: 'ms until all play' },
        { key: 'p50', title: 'p50 ms to match_found' },
        { key: 'p99', title: 'p99 ms' },
        { key: 'cpu', title: 'µs of CPU each' },
        { key: 'fullRooms', title: 'full rooms' },
        { key: 'partRooms', title: 'others' },
        { key: 'overfilledRooms', title: 'overfilled' },
      ],
      rows: await interleave(context, 'matching', contestants),
    };
    const redis = arena.redis?.version ?? '';
    await closeNodes([arena]);
    return { sections: [section], verdicts: GAMES.map((game) => notFull(section, game)), servers: { Redis: redis } };
  },
};

async function match(
  context: BenchContext,
  arena: NodeArena,
  { maxPlayers, players }: { maxPlayers: number; players: number },
): Promise<Sample> {
  const { failures } = context;
  // Whoever plays has a seat for a while after it has gone: so others each time.
  const members = await seedRooms(context, { rooms: 1, size: players });
  await connectAround(arena, members, failures, { dialect: 'parley-lobby', query: '' });
  const cpuOf = () => arena.nodes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const before = cpuOf();
  const result = await arena.load.run('matches', { maxPlayers, criteria: { run: randomUUID() } });
  const cpu = cpuOf() - before;
  await arena.load.run('disconnect', undefined);
  failures.push(...wrongIn(result, { maxPlayers, players }));
  const { seconds, latency, fullRooms, partRooms, overfilledRooms } = result;
  const { p50, p99 } = latency;
  return { milliseconds: seconds * 1000, p50, p99, cpu: (cpu * 1e6) / players, fullRooms, partRooms, overfilledRooms };
}

function wrongIn(result: MatchesResult, { maxPlayers, players }: { maxPlayers: number; players: number }): string[] {
  const { matched, started, fullRooms, overfilledRooms } = result;
  const full = Math.floor(players / maxPlayers);
  const isRight = matched === players && overfilledRooms === 0 && fullRooms === full && started === full * maxPlayers;
  return isRight ? [] : [`${players} players, games of ${maxPlayers}: ${JSON.stringify(result)}`];
}

function notFull(section: Section, game: number): Verdict {
  const got = medianOf(rowOf(section, `games of ${game}`), 'partRooms');
  const work = `${PLAYERS} find_match at once, games of ${game}: rooms that are not full`;
  return { work, owed: 1, wanted: PLAYERS % game === 0 ? 0 : 1, got, unit: 'rooms', better: 'lower' };
}
