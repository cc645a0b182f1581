import type { Benchmark } from '../harness/benchmark.js';
import { medianOf, ratioOf, rowOf } from '../harness/report.js';
import type { Section, Verdict } from '../harness/report.js';
import { closeNodes } from './node-arena.js';
import { fanOut, hotChannel, offered, seenOnAnother, smallChannels } from './node-sections.js';
import { ONE, openStage, TWO, warmUp } from './node-stage.js';
import type { Stage } from './node-stage.js';

/** What a second and a third node cost. Clients are spread evenly over the nodes, and so are those who send. */
export const nodesBenchmark: Benchmark = {
  name: 'nodes',
  title: 'One, two and three nodes: the CPU of all of them for each delivery',
  run: async (context) => {
    const stage = await openStage(context);
    await warmUp(stage);
    const shown = async (measure: (stage: Stage) => Promise<Section>) => {
      const section = await measure(stage);
      context.show(section);
      return section;
    };
    const sections = {
      seen: await shown(seenOnAnother),
      full: await shown(fanOut),
      steady: await shown(offered),
      hot: await shown(hotChannel),
      small: await shown(smallChannels),
    };
    const redis = stage.arenas.find((arena) => arena.redis)?.redis?.version ?? '';
    await closeNodes(stage.arenas);
    return { sections: Object.values(sections), verdicts: verdicts(sections), servers: { Redis: redis } };
  },
};

function verdicts({ seen, full, steady, hot, small }: Record<'seen' | 'full' | 'steady' | 'hot' | 'small', Section>) {
  const second = (section: Section, work: string): Verdict => {
    const got = ratioOf(rowOf(section, TWO), rowOf(section, ONE), 'nodes');
    return { work: `a second node: ${work}`, owed: 1.25, wanted: 1.1, got, unit: '× the CPU of one', better: 'lower' };
  };
  return [
    second(full, 'fan-out to 1,000, saturated'),
    second(steady, 'fan-out to 1,000, 50,000 deliveries/s offered'),
    second(hot, 'durable messages, one hot channel'),
    second(small, 'durable messages, channels of four'),
    {
      work: 'a message on one node, seen on another: p99 (absolute, no ratio)',
      owed: 20,
      wanted: NaN,
      got: medianOf(rowOf(seen, TWO), 'laterP99'),
      unit: 'ms after its own node',
      better: 'lower' as const,
    },
  ];
}
