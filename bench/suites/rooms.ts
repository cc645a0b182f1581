import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { medianOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { DialectName, Member } from '../load/dialects.js';
import { closeArenas, connect, openArena, seedRooms, withCpu } from './arena.js';
import { PAIRS, relaySection, uncheckedContestants, uncheckedVerdicts } from './relay-section.js';

const SIZE = 4;
const BYTES = 2048;
/** How often a room signals, in all rooms at once: as if each had a negotiation under way all the time. */
const PER_ROOM_AND_SECOND = 2;

/** The room gateway: relays beside the peers, and how it holds many rooms. */
export const roomsBenchmark: Benchmark = {
  name: 'rooms',
  title: 'Signaling rooms: 2 KB offers in rooms of two, and 2,000 rooms of four on one node',
  run: async (context) => {
    const relays = await pairs(context);
    context.show(relays);
    const many = await manyRooms(context);
    return {
      sections: [relays, many],
      verdicts: [...uncheckedVerdicts(relays, 'relay of a 2 KB offer in a room'), delivered(many)],
    };
  },
};

async function pairs(context: BenchContext): Promise<Section> {
  const members = await seedRooms(context, { rooms: PAIRS, size: 2 });
  return relaySection(context, {
    title: 'relays in rooms, saturated',
    contestants: [{ name: 'parley', dialect: 'parley-room', members }, ...uncheckedContestants(members)],
    to: 'bare ws, the limit',
    chart: 'Relays of a 2 KB offer through a room a second per core of the server',
  });
}

async function manyRooms(context: BenchContext): Promise<Section> {
  const rooms = context.quick ? 500 : 2000;
  const members = await seedRooms(context, { rooms, size: SIZE });
  // Of other rooms: code is compiled, and tables of the heap have grown, before memory is compared.
  const warm = await seedRooms(context, { rooms: rooms / 10, size: SIZE });
  const contestant = (label: string, name: 'parley' | 'framed-once', dialect: DialectName) => ({
    label,
    measure: () => hold(context, { name, dialect, members, warm, rooms }),
  });
  return {
    title: `${rooms} rooms of ${SIZE}`,
    columns: [
      { key: 'joins', title: 'joins/s' },
      { key: 'joinCpu', title: 'µs of CPU a join' },
      { key: 'roomMemory', title: 'KB a room', digits: 1 },
      { key: 'memory', title: 'KB a participant', digits: 1 },
      { key: 'idle', title: '% of a core, idle', digits: 2 },
      { key: 'relays', title: 'relays/s, saturated' },
      { key: 'p50', title: 'p50 ms at 2/s a room', digits: 2 },
      { key: 'p99', title: 'p99 ms', digits: 2 },
      { key: 'delivered', title: 'delivered of sent', digits: 3 },
    ],
    rows: await interleave(context, 'many rooms', [
      contestant('Parley', 'parley', 'parley-room'),
      contestant('bare ws, no checks', 'framed-once', 'plain'),
    ]),
    chart: { key: 'memory', title: 'Kilobytes of the server’s memory for a participant of a room of four' },
  };
}

interface Plan {
  name: 'parley' | 'framed-once';
  dialect: DialectName;
  members: Member[];
  warm: Member[];
  rooms: number;
}

/** A fresh server each time: what one round left in its heap would be in the next. */
async function hold(context: BenchContext, { name, dialect, members, warm, rooms }: Plan): Promise<Sample> {
  const { failures, quick } = context;
  const arena = await openArena(context, name);
  const { server, load } = arena;
  const options = { dialect, concurrency: 100, query: '' };
  await connect(arena, warm, failures, options);
  await load.run('disconnect', undefined);
  const before = await server.memory();
  const joining = await withCpu(server, () => connect(arena, members, failures, options));
  const after = await server.memory();
  const holdMs = quick ? 4000 : 15_000;
  const idle = await withCpu(server, () => new Promise((resolve) => setTimeout(resolve, holdMs)));
  const seconds = quick ? 2 : 5;
  const perSecond = rooms * PER_ROOM_AND_SECOND;
  const offered = await load.run('signals', { roomSize: SIZE, perSecond, seconds, bytes: BYTES });
  const saturated = await load.run('relay', { window: 1, seconds, bytes: BYTES });
  const held = await load.run('held', undefined);
  await closeArenas([arena]);
  const { sent, received, disordered } = offered;
  if (received !== sent || disordered > 0)
    failures.push(`${server.label}: ${sent} signals were sent, ${received} came, ${disordered} out of order`);
  if (held !== members.length) failures.push(`${server.label}: ${held} of ${members.length} connections are left`);
  const kilobytes = after.resident - before.resident;
  return {
    joins: members.length / joining.result.seconds,
    joinCpu: (joining.cpu * 1e6) / members.length,
    roomMemory: kilobytes / rooms,
    memory: kilobytes / members.length,
    idle: (idle.cpu / holdMs) * 1e5,
    relays: saturated.relayed / saturated.seconds,
    p50: offered.latency.p50,
    p99: offered.latency.p99,
    delivered: received / sent,
  };
}

function delivered(section: Section): Verdict {
  const got = medianOf(rowOf(section, 'Parley'), 'delivered');
  return { work: `signals in ${section.title}`, owed: 1, wanted: 1, got, unit: 'of all', better: 'higher' };
}
