import { interleave } from '../harness/benchmark.js';
import type { Benchmark, Contestant } from '../harness/benchmark.js';
import { intervalOf, medianOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { ServerName } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import type { ChurnResult } from '../load/tasks.js';
import { closeArenas, connect, openArena, seedCrowd } from './arena.js';
import type { Arena } from './arena.js';

/** Who comes and goes; the others of the thousand sit there and listen. */
const COMERS = 250;
const CONCURRENCY = 25;
/** For longer than a window of Parley's: who comes and goes within one is told to nobody. */
const STAY_MS = 250;
const BLOCK_SECONDS = 1;
const PAIRS_PER_ROUND = 6;
/** On a machine that stalls for longer than a stay, some come and go within a window after all. */
const ATTEMPTS = 4;
const BARE = 'bare ws, a frame to everyone each time';
const PARLEY = 'Parley, presence=diff';

interface Kind {
  label: string;
  name: ServerName;
  /** What those who are seated ask for. */
  presence: 'diff' | 'each' | 'none';
}

const KINDS: readonly Kind[] = [
  { label: PARLEY, name: 'parley', presence: 'diff' },
  { label: 'Parley, presence=each', name: 'parley', presence: 'each' },
  { label: 'Parley, nobody wants to know', name: 'parley', presence: 'none' },
  { label: BARE, name: 'framed-once', presence: 'each' },
  { label: 'Socket.IO, the same', name: 'socket.io', presence: 'each' },
];

/**
 * Members who come and go in a big room. Connecting costs more than telling: so a short block in the room is followed,
 * or preceded, by one in rooms with nobody but a quiet keeper, on the same server, and what counts is the median of
 * many such differences.
 */
export const presenceBenchmark: Benchmark = {
  name: 'presence',
  title: 'Joins and leaves in a big room',
  run: async (context) => {
    const { failures } = context;
    const seats = (context.quick ? 500 : 1000) - COMERS;
    const big = await seedCrowd(context, { users: seats + COMERS, channels: 1 });
    const small = await seedCrowd(context, { users: 2 * COMERS, channels: COMERS, membersPerChannel: 2 });
    const pairs = small.membersOfFirst(COMERS);
    const [comers, keepers] = [0, 1].map((place) => pairs.filter((_, n) => n % 2 === place));
    const members = big.membersOf(0);
    const places: Places = {
      seated: seats,
      big: members.slice(seats),
      small: comers ?? [],
      failures,
    };
    const arenas: Arena[] = [];
    const contestants: Contestant[] = [];
    for (const kind of KINDS) {
      const arena = await openArena(context, kind.name);
      await connect(arena, members.slice(0, seats), failures, { query: `presence=${kind.presence}` });
      await connect(arena, keepers ?? [], failures);
      // Once without being counted, until all that connected is told, and all code compiled.
      for (const where of ['small', 'big'] as const) await block(arena, kind, { ...places, where });
      arenas.push(arena);
      contestants.push({ label: kind.label, measure: () => inPairs(arena, kind, places) });
    }
    const section: Section = {
      title: `a room of ${seats + COMERS}, of whom ${COMERS} come and go`,
      columns: [
        { key: 'marginal', title: 'µs of CPU, the room alone (in 95 %)', digits: 0, interval: true },
        { key: 'big', title: 'µs with connecting', digits: 0 },
        { key: 'small', title: 'µs in a room of two', digits: 0 },
        { key: 'frames', title: 'frames to each member', digits: 3 },
        { key: 'perSecond', title: 'joins/s', digits: 0 },
      ],
      rows: await interleave(context, 'joins and leaves', contestants),
      ratio: { key: 'marginal', to: BARE },
      chart: { key: 'marginal', title: `Microseconds of CPU for one join and leave in a room of ${seats + COMERS}` },
    };
    await closeArenas(arenas);
    return { sections: [section], verdicts: [verdict(section)] };
  },
};

interface Places {
  /** How many sit in the big room. */
  seated: number;
  big: Member[];
  small: Member[];
  failures: string[];
}

/** The big room first, then the small ones first: what drifts is in both. */
async function inPairs(arena: Arena, kind: Kind, places: Places): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let pair = 0; pair < PAIRS_PER_ROUND; pair++) {
    const cost = { big: NaN, small: NaN };
    let sample = {};
    for (const where of pair % 2 === 0 ? (['big', 'small'] as const) : (['small', 'big'] as const)) {
      const { cpu, ...told } = await block(arena, kind, { ...places, where });
      cost[where] = cpu;
      if (where === 'big') sample = told;
    }
    samples.push({ ...sample, ...cost, marginal: cost.big - cost.small });
  }
  return samples;
}

/** Of one join and leave: microseconds of the server's CPU, and frames to each who sits in the big room. */
type Cost = Record<'cpu' | 'frames' | 'perSecond', number>;

async function block(
  { server, load }: Arena,
  { label, presence }: Kind,
  { failures, where, seated, ...members }: Places & { where: 'big' | 'small' },
): Promise<Cost> {
  const { dialect, port, pid: serverPid } = server;
  const pace = { concurrency: CONCURRENCY, stayMs: STAY_MS, seconds: BLOCK_SECONDS };
  const input = { members: members[where], ...pace, seated, serverPid, dialect, port, query: 'presence=diff' };
  for (let attempt = 1; ; attempt++) {
    const result = await load.run('churn', input);
    const expected = where === 'big' && presence !== 'none' ? result.happened : 0;
    for (const [reason, count] of Object.entries(result.failed)) failures.push(`${label}: ${count} joins: ${reason}`);
    // Nobody else may leave anything out, and nobody may say anything twice.
    const isStall = presence === 'diff' && result.told < expected;
    if (isStall && attempt < ATTEMPTS) continue;
    if (result.told !== expected) failures.push(`${label}: ${result.told} joins and leaves of ${expected} were told`);
    return eachOf(result);
  }
}

function eachOf({ cpu, framesEach, joinsAndLeaves, seconds }: ChurnResult): Cost {
  return {
    cpu: (cpu * 1e6) / joinsAndLeaves,
    frames: framesEach / joinsAndLeaves,
    perSecond: joinsAndLeaves / seconds,
  };
}

/** Of medians; sure where even the dearest that ours may be, and the cheapest that theirs may be, is cheap enough. */
function verdict(section: Section): Verdict {
  const [ours, theirs] = [rowOf(section, PARLEY), rowOf(section, BARE)];
  const [mine, other] = [intervalOf(ours, 'marginal'), intervalOf(theirs, 'marginal')];
  const cheaper = (much: number, little: number) => (little > 0 ? much / little : Infinity);
  return {
    work: 'join and leave in a room of 1,000',
    owed: 100,
    wanted: 300,
    got: cheaper(medianOf(theirs, 'marginal'), medianOf(ours, 'marginal')),
    between: { low: cheaper(other.low, mine.high), high: cheaper(other.high, mine.low) },
    unit: '× cheaper',
    better: 'higher',
  };
}
