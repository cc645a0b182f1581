import { Actor, channelScene } from '../../support/scene.js';
import { DurablePostgres } from './durable-postgres.js';
import { MortalServer } from './mortal-server.js';
import { NonceWriter } from './nonce-writer.js';
import { OwnPostgres } from './own-postgres.js';
import { ResumingReader } from './resuming-reader.js';
import type { Place } from './resuming-reader.js';

const USERS = ['alice', 'bob', 'carol', 'dave'] as const;

interface StageOptions {
  /** Settings of the server. */
  env?: Record<string, string>;
  /** Parameters of its Postgres. */
  parameters?: Record<string, string>;
  /** Where that keeps its files, if it matters. */
  folder?: string;
  preload?: string;
}

/** Where the messages are. */
interface Database {
  sql<Row extends object>(query: string, params?: unknown[]): Promise<Row[]>;
  remove(): Promise<void>;
}

/** A Postgres, a server on it, and a channel whose members write and read, across whatever a test does to the two. */
export class Stage {
  readonly writers: NonceWriter[] = [];
  readonly readers: ResumingReader[] = [];

  private constructor(
    readonly database: Database,
    /** The nodes of one Parley, or its only one. */
    readonly servers: readonly MortalServer[],
    readonly users: readonly Actor[],
    readonly groupId: string,
    readonly channelId: string,
  ) {}

  static async open({ env = {}, parameters = {}, folder, preload }: StageOptions = {}): Promise<Stage> {
    const postgres = await DurablePostgres.start(parameters, folder);
    return Stage.on(postgres, [await MortalServer.start({ DATABASE_URL: postgres.url, ...env }, preload)]);
  }

  /** With a server that runs its own Postgres. */
  static async embedded(): Promise<Stage> {
    const postgres = new OwnPostgres();
    return Stage.on(postgres, [await MortalServer.start({ DATA_DIR: postgres.dataDir })]);
  }

  /** On nodes that run already; whoever started them stops them. */
  static async on(database: Database, servers: readonly MortalServer[]): Promise<Stage> {
    const { owner, members, groupId, channelId } = await channelScene(servers[0]!, { members: USERS });
    return new Stage(database, servers, [owner, ...Object.values(members)], groupId, channelId);
  }

  get server(): MortalServer {
    return this.servers[0]!;
  }

  get postgres(): DurablePostgres {
    if (this.database instanceof DurablePostgres) return this.database;
    throw new Error('This Postgres belongs to the server.');
  }

  /** The same people, in a channel of their own: no test sees another's messages. */
  async freshChannel(): Promise<Stage> {
    const [owner] = this.users;
    const { body } = await owner!.api.post(`/groups/${this.groupId}/channels`, { name: 'another', type: 'TEXT' });
    return new Stage(this.database, this.servers, this.users, this.groupId, body.id as string);
  }

  user(index: number): Actor {
    return this.users[index % this.users.length]!;
  }

  /** Spread over the nodes, or through a proxy. `everyMs`: a writer begins a message no more often than that. */
  write(count: number, { through, ...how }: { content?: string; everyMs?: number; through?: Place } = {}): void {
    for (let i = 0; i < count; i++) {
      const server = through ? () => through : this.rotation(i);
      const url = () => this.urlOf(this.user(i), { presence: 'none' }, server());
      this.writers.push(new NonceWriter({ url, name: `w${i}`, ...how }));
    }
  }

  /** Spread over the nodes, or through a proxy. */
  read(count: number, { through, ...from }: { since?: number; epoch?: string; through?: Place } = {}): void {
    for (let i = 0; i < count; i++) {
      const { token } = this.user(i);
      const server = through ? () => through : this.rotation(i);
      this.readers.push(new ResumingReader({ server, channelId: this.channelId, token, ...from }));
    }
  }

  /** Messages that have been acknowledged so far. */
  get acked(): number {
    return this.writers.reduce((sum, { acked }) => sum + acked.size, 0);
  }

  /** How often each error was the answer to a message. */
  get errors(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { errors } of this.writers) for (const [code, times] of errors) sums[code] = (sums[code] ?? 0) + times;
    return sums;
  }

  /** The writers end with an acknowledgement each, and the readers have all that was written. */
  async settle(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.finish()));
    const last = Math.max(0, ...this.writers.flatMap(({ acked }) => [...acked.values()].map(({ seq }) => seq)));
    await Promise.all(this.readers.map((reader) => reader.reached(last)));
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.database.remove();
  }

  urlOf({ token }: Actor, query: Record<string, string> = {}, { wsUrl }: Pick<Place, 'wsUrl'> = this.server): string {
    const search = new URLSearchParams({ token, ...query }).toString();
    return `${wsUrl}/ws/channel/${this.channelId}?${search}`;
  }

  /** Where a client connects, each time anew: a lost connection, or a node that is away, sends it to the next one. */
  private rotation(first: number): () => MortalServer {
    let next = first;
    return () => this.servers[next++ % this.servers.length]!;
  }
}
