import type { BenchContext } from '../harness/benchmark.js';
import { writeCalls } from '../harness/cpu.js';
import type { BenchDatabase } from '../harness/database.js';
import { startRedis } from '../harness/redis.js';
import type { BenchRedis } from '../harness/redis.js';
import type { Sample } from '../harness/report.js';
import { Server } from '../harness/servers.js';
import type { Member } from '../load/dialects.js';
import type { ConnectInput } from '../load/tasks.js';
import { closeArenas, connect, openArena } from './arena.js';
import type { Arena } from './arena.js';

/** So many nodes that are one Parley, with the process that holds their clients. */
export interface NodeArena extends Arena {
  label: string;
  nodes: Server[];
  /** Its own, so that one arena's messages do not reach the nodes of another. */
  redis: BenchRedis | undefined;
}

interface NodesPlan {
  label: string;
  count: number;
  redis: boolean;
}

export async function openNodes(context: BenchContext, { label, count, redis }: NodesPlan): Promise<NodeArena> {
  const { resources } = context;
  if (redis) context.progress('starting redis-server');
  const backplane = redis ? await startRedis(resources) : undefined;
  const env = backplane ? { REDIS_URL: backplane.url } : {};
  const arena = await openArena(context, 'parley', env);
  const nodes = [arena.server];
  const database = await context.database();
  while (nodes.length < count) nodes.push(await Server.start('parley', { database, resources, env }));
  return { ...arena, label, nodes, redis: backplane };
}

export async function closeNodes(arenas: readonly NodeArena[]): Promise<void> {
  await closeArenas(arenas);
  await Promise.all(arenas.flatMap(({ nodes }) => nodes.map((node) => node.stop())));
  for (const { redis } of arenas) redis?.stop();
}

/** The first to the first node, the second to the second, and so on around. */
export async function connectAround(
  arena: NodeArena,
  members: Member[],
  failures: string[],
  options: Partial<ConnectInput> = {},
): Promise<void> {
  await connect(arena, members, failures, { ports: arena.nodes.map(({ port }) => port), ...options });
}

/**
 * Microseconds of CPU for each delivery: of all nodes together, of their Redis, and of Postgres. `writes`: how often the
 * nodes call the kernel to write for a thousand deliveries, which is what most of their CPU goes to, and has no noise.
 */
export async function withCostPerDelivery<T extends { deliveries: number }>(
  { nodes, redis }: NodeArena,
  database: BenchDatabase,
  work: () => Promise<T>,
): Promise<{ cost: Sample; result: T }> {
  const sum = (of: (node: Server) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const read = () => ({
    nodes: sum(({ cpuSeconds }) => cpuSeconds),
    redis: redis?.cpuSeconds() ?? NaN,
    postgres: database.cpuSeconds(),
    writes: sum(({ pid }) => writeCalls(pid)),
  });
  const before = read();
  const result = await work();
  const after = read();
  const each = (key: keyof typeof before, unit: number) => ((after[key] - before[key]) * unit) / result.deliveries;
  const [nodesCpu, redisCpu, postgresCpu] = [each('nodes', 1e6), each('redis', 1e6), each('postgres', 1e6)];
  return { cost: { nodes: nodesCpu, redis: redisCpu, postgres: postgresCpu, writes: each('writes', 1000) }, result };
}
