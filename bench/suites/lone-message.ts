import { interleave } from '../harness/benchmark.js';
import type { Benchmark } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Section } from '../harness/report.js';
import { closeArenas, connect, openArena, seedCrowd } from './arena.js';
import { openWriters } from './database-arena.js';

const SINGLE = 'prepared single INSERT';

const WARM = 4000;
const WARM_SECONDS = 3;

/** One message at a time on an idle server, from the send until another client has it. */
export const loneMessageBenchmark: Benchmark = {
  name: 'lone-message',
  title: 'A lone message: from the send to its delivery to another client',
  run: async (context) => {
    const { failures } = context;
    const crowd = await seedCrowd(context, { users: 2, channels: 2 });
    const arena = await openArena(context, 'parley');
    const writers = await openWriters(context);
    await connect(arena, crowd.membersOf(0), failures);
    const messages = context.quick ? 300 : 1500;
    const peer = {
      senders: 1,
      conversationIds: [crowd.channels[1]?.id ?? ''],
      userIds: [crowd.users[0]?.id ?? ''],
      seconds: context.quick ? 0.5 : 1.5,
    };
    const ways = { single: SINGLE, save: 'TypeORM save' } as const;
    // Every contestant is measured warm: a server has sent thousands of messages before the one that somebody waits for.
    await arena.load.run('lone', { messages: WARM });
    for (const way of ['single', 'save'] as const) await writers.run({ way, ...peer, seconds: WARM_SECONDS });
    const rows = await interleave(context, 'lone message', [
      { label: 'Parley', measure: async () => ({ ...(await arena.load.run('lone', { messages })) }) },
      ...(['single', 'save'] as const).map((way) => ({
        label: ways[way],
        measure: async () => ({ ...(await writers.run({ way, ...peer })).latency }),
      })),
    ]);
    await Promise.all([closeArenas([arena]), writers.stop()]);
    const section: Section = {
      title: 'one sender, nothing else',
      columns: [
        { key: 'p50', title: 'p50 ms', digits: 3 },
        { key: 'p99', title: 'p99 ms', digits: 3 },
      ],
      rows,
      ratio: { key: 'p50', to: SINGLE },
      chart: { key: 'p50', title: 'Milliseconds for one message, median' },
    };
    const got = ratioOf(rowOf(section, 'Parley'), rowOf(section, SINGLE), 'p50');
    const bar = { owed: 1.3, wanted: 1.15, got, unit: '× a prepared single INSERT', better: 'lower' as const };
    return { sections: [section], verdicts: [{ work: 'a lone message, send to delivery', ...bar }] };
  },
};
