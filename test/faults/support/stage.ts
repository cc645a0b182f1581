import { Actor, channelScene } from '../../support/scene.js';
import { DurablePostgres } from './durable-postgres.js';
import { MortalServer } from './mortal-server.js';
import { NonceWriter } from './nonce-writer.js';
import { OwnPostgres } from './own-postgres.js';
import { ResumingReader } from './resuming-reader.js';

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
    readonly server: MortalServer,
    readonly users: readonly Actor[],
    readonly groupId: string,
    readonly channelId: string,
  ) {}

  static async open({ env = {}, parameters = {}, folder, preload }: StageOptions = {}): Promise<Stage> {
    const postgres = await DurablePostgres.start(parameters, folder);
    return Stage.on(postgres, await MortalServer.start({ DATABASE_URL: postgres.url, ...env }, preload));
  }

  /** With a server that runs its own Postgres. */
  static async embedded(): Promise<Stage> {
    const postgres = new OwnPostgres();
    return Stage.on(postgres, await MortalServer.start({ DATA_DIR: postgres.dataDir }));
  }

  private static async on(database: Database, server: MortalServer): Promise<Stage> {
    const { owner, members, groupId, channelId } = await channelScene(server, { members: USERS });
    return new Stage(database, server, [owner, ...Object.values(members)], groupId, channelId);
  }

  get postgres(): DurablePostgres {
    if (this.database instanceof DurablePostgres) return this.database;
    throw new Error('This Postgres belongs to the server.');
  }

  /** The same people, in a channel of their own: no test sees another's messages. */
  async freshChannel(): Promise<Stage> {
    const [owner] = this.users;
    const { body } = await owner!.api.post(`/groups/${this.groupId}/channels`, { name: 'another', type: 'TEXT' });
    return new Stage(this.database, this.server, this.users, this.groupId, body.id as string);
  }

  user(index: number): Actor {
    return this.users[index % this.users.length]!;
  }

  /** `everyMs`: a writer begins a message no more often than that. */
  write(count: number, how: { content?: string; everyMs?: number } = {}): void {
    for (let i = 0; i < count; i++) {
      const url = this.urlOf(this.user(i), { presence: 'none' });
      this.writers.push(new NonceWriter({ url, name: `w${i}`, ...how }));
    }
  }

  read(count: number, from: { since?: number; epoch?: string } = {}): void {
    for (let i = 0; i < count; i++) {
      const { token } = this.user(i);
      const { wsUrl, api } = this.server;
      this.readers.push(new ResumingReader({ wsUrl, api, channelId: this.channelId, token, ...from }));
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
    await this.server.stop();
    await this.database.remove();
  }

  urlOf({ token }: Actor, query: Record<string, string> = {}): string {
    const search = new URLSearchParams({ token, ...query }).toString();
    return `${this.server.wsUrl}/ws/channel/${this.channelId}?${search}`;
  }
}
