import { interleave } from '../harness/benchmark.js';
import type { Section } from '../harness/report.js';
import type { Member } from '../load/dialects.js';
import { durableShortfall } from './durable.js';
import { shortfall } from './fan-out.js';
import { withCostPerDelivery } from './node-arena.js';
import { DURABLE_SENDERS, ONE, withClients } from './node-stage.js';
import type { Stage } from './node-stage.js';

const SENDERS = 8;
const WINDOW = 64;
const OFFERED_PER_SECOND = 50_000;

const COST_COLUMNS = [
  { key: 'nodes', title: 'nodes µs each', digits: 2 },
  { key: 'redis', title: 'Redis µs each', digits: 2 },
  { key: 'postgres', title: 'Postgres µs each', digits: 2 },
  { key: 'writes', title: 'writes per 1,000', digits: 0 },
  { key: 'perSecond', title: 'deliveries/s' },
];
const RATIO = { key: 'nodes', to: ONE };

/** The sender is on the first node, the other client on the second, where there is one. */
export async function seenOnAnother(stage: Stage): Promise<Section> {
  const { context, arenas, room } = stage;
  const [warm, messages] = context.quick ? [300, 300] : [1000, 1500];
  const contestants = arenas.map(({ label, load }) => ({
    label,
    measure: async () => {
      const { own, other, later } = await load.run('seen', { messages });
      return { own: own.p50, other: other.p50, otherP99: other.p99, later: later.p50, laterP99: later.p99 };
    },
  }));
  const rows = await withClients(
    stage,
    (n) => room.membersOf(n).slice(0, 2),
    async () => {
      for (const { load } of arenas) await load.run('seen', { messages: warm });
      return interleave(context, 'one at a time', contestants);
    },
  );
  return {
    title: 'one message at a time, nothing else',
    columns: [
      { key: 'own', title: 'to the sender, p50 ms', digits: 2 },
      { key: 'other', title: 'to the other, p50 ms', digits: 2 },
      { key: 'otherP99', title: 'p99 ms', digits: 2 },
      { key: 'later', title: 'the other later by, p50 ms', digits: 2 },
      { key: 'laterP99', title: 'p99 ms', digits: 2 },
    ],
    rows,
    chart: { key: 'other', title: 'Milliseconds from the send until the other client has it, median' },
  };
}

export async function fanOut(stage: Stage): Promise<Section> {
  const { context, arenas, room, database } = stage;
  const input = { event: 'message' as const, senders: SENDERS, seconds: context.quick ? 1.5 : 3, window: WINDOW };
  const contestants = arenas.map((arena) => ({
    label: arena.label,
    measure: async () => {
      const { cost, result } = await withCostPerDelivery(arena, database, () => arena.load.run('fanOut', input));
      context.failures.push(...shortfall(arena.label, result));
      return { ...cost, perSecond: result.deliveries / result.seconds };
    },
  }));
  const rows = await withClients(
    stage,
    (n) => room.membersOf(n),
    async () => {
      for (const { load } of arenas) await load.run('fanOut', { ...input, seconds: 2 });
      return interleave(context, 'saturated', contestants);
    },
  );
  const chart = { key: 'nodes', title: 'Microseconds of CPU of all nodes for each delivery, 1,000 receivers' };
  return {
    title: '1000 receivers of one room, 8 senders, saturated',
    columns: COST_COLUMNS,
    rows,
    ratio: RATIO,
    chart,
  };
}

export async function offered(stage: Stage): Promise<Section> {
  const { context, arenas, room, database } = stage;
  const input = { senders: SENDERS, seconds: context.quick ? 2 : 4, deliveriesPerSecond: OFFERED_PER_SECOND };
  const contestants = arenas.map((arena) => ({
    label: arena.label,
    measure: async () => {
      const { cost, result } = await withCostPerDelivery(arena, database, () => arena.load.run('offered', input));
      context.failures.push(...shortfall(`${arena.label}, offered`, result));
      return { ...cost, p50: result.latency.p50, p99: result.latency.p99 };
    },
  }));
  const rows = await withClients(
    stage,
    (n) => room.membersOf(n),
    () => interleave(context, 'offered', contestants),
  );
  const latency = [
    { key: 'p50', title: 'p50 ms', digits: 1 },
    { key: 'p99', title: 'p99 ms', digits: 1 },
  ];
  return {
    title: '1000 receivers of one room, 8 senders, 50,000 deliveries/s offered',
    columns: [...COST_COLUMNS.slice(0, -1), ...latency],
    rows,
    ratio: RATIO,
  };
}

/** Each of 64 waits for its acknowledgement, and sends again. */
export function hotChannel(stage: Stage): Promise<Section> {
  return durable(stage, '64 waiting senders in one channel', (n) => stage.room.membersOf(n).slice(0, DURABLE_SENDERS));
}

/** The same; the four of a channel are on different nodes. */
export function smallChannels(stage: Stage): Promise<Section> {
  return durable(stage, '64 waiting senders in 16 channels of four', (n) => stage.smallOf(n));
}

async function durable(stage: Stage, title: string, membersOf: (arena: number) => Member[]): Promise<Section> {
  const { context, arenas, database } = stage;
  const input = { senders: DURABLE_SENDERS, seconds: context.quick ? 1.5 : 3 };
  const contestants = arenas.map((arena) => ({
    label: arena.label,
    measure: async () => {
      const { cost, result } = await withCostPerDelivery(arena, database, () => arena.load.run('durable', input));
      context.failures.push(...durableShortfall(`${arena.label}, ${title}`, result));
      const { acknowledged, deliveries, seconds, latency } = result;
      return { ...cost, perSecond: deliveries / seconds, messages: acknowledged / seconds, p99: latency.p99 };
    },
  }));
  const rows = await withClients(stage, membersOf, async () => {
    for (const { load } of arenas) await load.run('durable', { ...input, seconds: 1 });
    return interleave(context, title, contestants);
  });
  const more = [
    { key: 'messages', title: 'messages/s' },
    { key: 'p99', title: 'p99 ms', digits: 1 },
  ];
  return { title, columns: [...COST_COLUMNS, ...more], rows, ratio: RATIO };
}
