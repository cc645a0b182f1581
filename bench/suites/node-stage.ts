import type { BenchContext } from '../harness/benchmark.js';
import type { BenchDatabase } from '../harness/database.js';
import type { Member } from '../load/dialects.js';
import { seedCrowd } from './arena.js';
import type { Crowd } from './arena.js';
import { connectAround, openNodes } from './node-arena.js';
import type { NodeArena } from './node-arena.js';

const RECEIVERS = 1000;
/** What `durable` measures with, spread over channels of four. */
export const DURABLE_SENDERS = 64;
const CHANNEL_SIZE = 4;
const WARM_MESSAGES = 10_000;
const WARM_SECONDS = 20;
const CHANNELS = DURABLE_SENDERS / CHANNEL_SIZE;

export const ONE = 'Parley, one node';
export const TWO = 'Parley, two nodes';
const PLANS = [
  { label: ONE, count: 1, redis: false },
  { label: 'Parley, one node and Redis', count: 1, redis: true },
  { label: TWO, count: 2, redis: true },
  { label: 'Parley, three nodes', count: 3, redis: true },
];

export interface Stage {
  context: BenchContext;
  arenas: NodeArena[];
  database: BenchDatabase;
  /** A channel for each arena, with everyone in it. */
  room: Crowd;
  /** The members of an arena's channels of four, channel by channel. */
  smallOf: (arena: number) => Member[];
}

export async function openStage(context: BenchContext): Promise<Stage> {
  const room = await seedCrowd(context, { users: RECEIVERS, channels: PLANS.length });
  const small = await seedCrowd(context, {
    users: DURABLE_SENDERS,
    channels: CHANNELS * PLANS.length,
    membersPerChannel: CHANNEL_SIZE,
  });
  const arenas: NodeArena[] = [];
  for (const plan of PLANS) arenas.push(await openNodes(context, plan));
  const channelsOf = (arena: number) => Array.from({ length: CHANNELS }, (_, n) => arena * CHANNELS + n);
  const smallOf = (arena: number) => channelsOf(arena).flatMap((channel) => small.membersOf(channel));
  return { context, arenas, room, smallOf, database: await context.database() };
}

/**
 * A program that has written little yet is half as fast again, and of two nodes each writes half: so each has written as
 * much as one that stands alone.
 */
export async function warmUp(stage: Stage): Promise<void> {
  const { context, arenas, smallOf } = stage;
  const perNode = context.quick ? WARM_MESSAGES / 4 : WARM_MESSAGES;
  await withClients(stage, smallOf, async () => {
    for (const { label, load, nodes } of arenas) {
      context.progress(`warming up ${label}`);
      for (let sent = 0, second = 0; sent < perNode * nodes.length && second < WARM_SECONDS; second++)
        sent += (await load.run('durable', { senders: DURABLE_SENDERS, seconds: 1 })).acknowledged;
    }
  });
}

/** Connects to each arena those who are in its channels, measures, and lets them go. */
export async function withClients<T>(
  { context, arenas }: Stage,
  membersOf: (arena: number) => Member[],
  measure: () => Promise<T>,
): Promise<T> {
  for (const [n, arena] of arenas.entries()) {
    const members = membersOf(n);
    context.progress(`connecting ${members.length} to ${arena.label}`);
    await connectAround(arena, members, context.failures);
  }
  const measured = await measure();
  await Promise.all(arenas.map(({ load }) => load.run('disconnect', undefined)));
  return measured;
}
