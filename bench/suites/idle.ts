import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import { labelOf } from '../harness/servers.js';
import type { ServerName } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import { closeArenas, connect, openArena, seedCrowd, withCpu } from './arena.js';

const ROOMS = 100;
const HEARTBEAT_MS = 4000;
/** Every connection is pinged, and answers, at least twice. */
const HOLD_MS = 2.5 * HEARTBEAT_MS;
const BARE = 'bare ws, framed once';

/** Connections that do nothing but answer pings: 100 rooms with 100 each. */
export const idleBenchmark: Benchmark = {
  name: 'idle',
  title: 'Idle connections, with heartbeats',
  run: async (context) => {
    const { failures } = context;
    const connections = context.quick ? 2000 : 10_000;
    const inRoom = connections / ROOMS;
    const crowd = await seedCrowd(context, {
      users: connections + inRoom,
      channels: ROOMS + 1,
      membersPerChannel: inRoom,
    });
    const members = crowd.membersOfFirst(ROOMS);
    // Of one more room: code is compiled, and tables of the heap have grown, before memory is compared.
    const warm = crowd.membersOf(ROOMS);
    const contestants = (['parley', 'framed-once', 'socket.io', 'nest-ws'] as const).map((name) => ({
      label: labelOf(name),
      measure: () => hold(context, name, { members, warm, failures }),
    }));
    const section: Section = {
      title: `${connections} connections in ${ROOMS} rooms`,
      columns: [
        { key: 'resident', title: 'KB resident each', digits: 1 },
        { key: 'heap', title: 'KB of heap each', digits: 1 },
        { key: 'connectCpu', title: 'µs of CPU to connect', digits: 0 },
        { key: 'beatCpu', title: 'µs of CPU a heartbeat', digits: 1 },
      ],
      rows: await interleave(context, 'idle', contestants),
      ratio: { key: 'resident', to: BARE },
      chart: { key: 'resident', title: 'Kilobytes of the server’s memory for an idle connection' },
    };
    return { sections: [section], verdicts: [verdict(section)] };
  },
};

interface Crowds {
  members: Member[];
  warm: Member[];
  failures: string[];
}

/** A fresh server each time: what one round left in its heap would be in the next. */
async function hold(context: BenchContext, name: ServerName, { members, warm, failures }: Crowds): Promise<Sample> {
  const env = { WS_HEARTBEAT_INTERVAL_MS: String(HEARTBEAT_MS) };
  const arena = await openArena(context, name, env);
  const { server, load } = arena;
  await connect(arena, warm, failures);
  const before = await server.memory();
  const connecting = await withCpu(server, () => connect(arena, members, failures, { concurrency: 200 }));
  const holding = await withCpu(server, () => new Promise((resolve) => setTimeout(resolve, HOLD_MS)));
  const after = await server.memory();
  const held = await load.run('held', undefined);
  if (held !== members.length + warm.length)
    failures.push(`${server.label}: ${held} of ${members.length + warm.length} connections are left`);
  await closeArenas([arena]);
  const each = members.length;
  return {
    resident: (after.resident - before.resident) / each,
    heap: (after.heap - before.heap) / each,
    connectCpu: (connecting.cpu * 1e6) / each,
    beatCpu: (holding.cpu * 1e6) / each / (HOLD_MS / HEARTBEAT_MS),
  };
}

function verdict(section: Section): Verdict {
  const got = ratioOf(rowOf(section, 'Parley'), rowOf(section, BARE), 'resident');
  const work = 'memory per idle authenticated connection';
  return { work, owed: 1.3, wanted: 1.1, got, unit: '× bare ws', better: 'lower' };
}
