import { interleave } from '../harness/benchmark.js';
import type { BenchContext, Benchmark } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Sample, Section, Verdict } from '../harness/report.js';
import type { ServerName } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import { closeArenas, connect, openArena, seedCrowd, withCpu } from './arena.js';

const ROOMS = 100;
const WARM = 200;
const HEARTBEAT_MS = 4000;
/** Every connection is pinged, and answers, at least twice. */
const HOLD_MS = 2.5 * HEARTBEAT_MS;
const BARE = 'bare ws, framed once';

/** Connections that do nothing but answer pings: 100 rooms with 100 each. */
export const idleBenchmark: Benchmark = {
  name: 'idle',
  title: 'Idle connections, with heartbeats',
  run: async (context) => {
    const failures: string[] = [];
    const connections = context.quick ? 2000 : 10_000;
    const crowd = await seedCrowd(context, {
      users: connections + WARM,
      channels: ROOMS + 1,
      membersPerChannel: connections / ROOMS,
    });
    const members = Array.from({ length: ROOMS }, (_, n) => crowd.membersOf(n)).flat();
    const warm = crowd.membersOf(ROOMS).slice(0, WARM);
    const names: readonly ServerName[] = ['parley', 'framed-once', 'socket.io', 'nest-ws'];
    const labels = {
      parley: 'Parley',
      'framed-once': BARE,
      'socket.io': 'Socket.IO',
      'nest-ws': 'Nest ws, ValidationPipe',
    };
    const contestants = names.map((name) => ({
      label: labels[name as keyof typeof labels],
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
    return { sections: [section], verdicts: [verdict(section)], failures };
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
