import { randomUUID } from 'node:crypto';
import type { BenchContext } from '../harness/benchmark.js';
import { LoadProcess } from '../harness/load-process.js';
import { Server } from '../harness/servers.js';
import type { ServerName } from '../harness/servers.js';
import { JWT_SECRET } from '../harness/servers.js';
import type { Connected, ConnectInput } from '../load/tasks.js';
import type { Member } from '../load/dialects.js';
import { accessTokens } from '../seed/access-tokens.js';
import { seedCommunity } from '../seed/seed-community.js';
import type { Community, CommunityOptions } from '../seed/seed-community.js';

/** A server with the process that holds its clients. */
export interface Arena {
  server: Server;
  load: LoadProcess;
}

export async function openArena(
  context: BenchContext,
  name: ServerName,
  env: Record<string, string> = {},
): Promise<Arena> {
  context.progress(`starting ${name}`);
  const { resources } = context;
  const database = name === 'parley' ? { database: await context.database() } : {};
  const server = await Server.start(name, { ...database, resources, env });
  return { server, load: new LoadProcess(resources) };
}

export async function closeArenas(arenas: readonly Arena[]): Promise<void> {
  await Promise.all(arenas.flatMap(({ server, load }) => [server.stop(), load.stop()]));
}

export interface Crowd extends Community {
  /** The members of a channel, ready to connect; the peers take them as they are. */
  membersOf(channel: number): Member[];
  /** Those of so many channels, from the first on. */
  membersOfFirst(channels: number): Member[];
}

export async function seedCrowd(context: BenchContext, options: Omit<CommunityOptions, 'databaseUrl'>): Promise<Crowd> {
  context.progress('seeding');
  const community = await seedCommunity({ ...options, databaseUrl: (await context.database()).url });
  const tokens = await accessTokens(community.users, JWT_SECRET);
  const membersOf = (index: number) => {
    const channel = community.channels[index];
    return (channel?.members ?? []).map((n) => ({
      room: channel?.id ?? '',
      userId: community.users[n]?.id ?? '',
      username: community.users[n]?.username ?? '',
      token: tokens[n] ?? '',
    }));
  };
  const membersOfFirst = (channels: number) => Array.from({ length: channels }, (_, n) => membersOf(n)).flat();
  return { ...community, membersOf, membersOfFirst };
}

/** Users who come into ad-hoc rooms, room by room; new ones with every call. */
export async function seedRooms(
  context: BenchContext,
  { rooms, size }: { rooms: number; size: number },
): Promise<Member[]> {
  const crowd = await seedCrowd(context, { users: rooms * size, channels: 1, membersPerChannel: rooms * size });
  const ids = Array.from({ length: rooms }, () => `bench-${randomUUID()}`);
  return crowd.membersOf(0).map((member, n) => ({ ...member, room: ids[Math.floor(n / size)] ?? '' }));
}

/** Connects everyone; a connection that fails is a failure of the run. */
export async function connect(
  { server, load }: Arena,
  members: Member[],
  failures: string[],
  options: Partial<ConnectInput> = {},
): Promise<Connected> {
  const { dialect, port, label } = server;
  const input = { members, dialect, port, concurrency: 50, query: 'presence=none', ...options };
  const connected = await load.run('connect', input);
  for (const [reason, count] of Object.entries(connected.failed))
    failures.push(`${label}: ${count} connections: ${reason}`);
  return connected;
}

/** Seconds of the server's CPU that `work` took, and what it answered. */
export async function withCpu<T>(server: Server, work: () => Promise<T>): Promise<{ cpu: number; result: T }> {
  const before = server.cpuSeconds;
  const result = await work();
  return { cpu: server.cpuSeconds - before, result };
}
