import { ApiClient } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { ReceivedEvent } from '../../support/socket-client.js';
import { ReconnectingSocket } from './reconnecting-socket.js';

/** A server, or a proxy before one. */
export interface Place {
  wsUrl: string;
  api: ApiClient;
}

interface ReaderOptions {
  /** Asked before each attempt to connect. */
  server: () => Place;
  channelId: string;
  token: string;
  /** Where to begin; without it, at the log's head. */
  since?: number;
  epoch?: string;
  /** Where it notes the message of each number; shared by readers who must have been given the same. */
  seen?: Map<number, string>;
  /** How much of the change feed it asks for at once. */
  feedPage?: number;
  /** Of a message it reads no more than it needs: two hundred readers of thousands a second have one core. */
  skims?: boolean;
}

const MESSAGE = /^\{"type":"(message|message_updated)","id":"([^"]+)".*?"rev":(\d+),/;

interface Numbered {
  id: string;
  rev: number;
}

/**
 * Follows a log of births, which has a message for every number: each must come once, after the one before it. Resumes
 * from its own position whenever it is disconnected, and reloads by the change feed where it is told to.
 */
export class ResumingReader {
  /** The message of each number. */
  readonly seen: Map<number, string>;
  /** When each number came, on the clock of the process; one that skims does not note it. */
  readonly seenAtMs = new Map<number, number>();
  delivered = 0;
  /** What broke the promise, in words. */
  readonly violations: string[] = [];
  /** `error` frames that came unasked. */
  readonly errors: ReceivedEvent[] = [];
  resumes = 0;
  reloads = 0;
  readonly socket: ReconnectingSocket;
  private position: number | undefined;
  private epoch: string | undefined;
  private readonly held: ReceivedEvent[] = [];
  private reloading = false;
  private connection = 0;
  /** Where the feed has brought it on this connection: the stream comes to that later, and repeats what was between. */
  private reloadedTo = -1;
  private server: Place;

  constructor(private readonly options: ReaderOptions) {
    this.seen = options.seen ?? new Map<number, string>();
    this.server = options.server();
    this.position = options.since;
    this.epoch = options.epoch;
    this.socket = new ReconnectingSocket({
      url: () => {
        if (this.connection > 0) this.server = options.server();
        return this.url;
      },
      ...(options.skims && { parse: skim }),
      lost: () => {
        // What a reload under way brings from now on is behind what the next connection will ask for.
        this.connection++;
        this.reloading = false;
        this.reloadedTo = -1;
        this.held.length = 0;
      },
      received: (event) => {
        if (this.reloading) this.held.push(event);
        else this.handle(event);
      },
    });
  }

  /** The number of the latest change that it has. */
  get cursor(): number {
    return this.position ?? -1;
  }

  /** Resolves once it has everything up to this number. */
  async reached(number: number, waitMs = 30_000): Promise<void> {
    await eventually(() => this.cursor >= number && !this.reloading, waitMs).catch((cause: unknown) => {
      throw new Error(`The reader is at ${this.cursor}, and not at ${number}.`, { cause });
    });
  }

  async stop(): Promise<void> {
    await this.socket.stop();
  }

  private get url(): string {
    const { channelId, token } = this.options;
    const query = new URLSearchParams({ token, presence: 'none' });
    if (this.position !== undefined) query.set('since', String(this.position));
    if (this.position !== undefined && this.epoch !== undefined) query.set('epoch', this.epoch);
    return `${this.server.wsUrl}/ws/channel/${channelId}?${query.toString()}`;
  }

  private handle(event: ReceivedEvent): void {
    if (event.type === 'connected') {
      this.epoch = event['epoch'] as string;
      this.position ??= event['last_seq'] as number;
    } else if (event.type === 'message' || event.type === 'message_updated') {
      const rev = event['rev'] as number;
      if (rev > this.reloadedTo) this.take({ id: event['id'] as string, rev });
    } else if (event.type === 'resumed') {
      this.resumes++;
      if (event['complete'] === false) void this.reload();
    } else if (event.type === 'error') {
      this.errors.push(event);
    }
  }

  private take({ id, rev }: Numbered): void {
    if (rev !== this.cursor + 1) this.violations.push(`${rev} came after ${this.cursor}`);
    if ((this.seen.get(rev) ?? id) !== id) this.violations.push(`${rev} is ${id}, and was another message`);
    this.position = rev;
    this.delivered++;
    this.seen.set(rev, id);
    if (this.options.skims !== true) this.seenAtMs.set(rev, performance.now());
  }

  /** What the connection brings meanwhile waits, and what the feed has brought already is dropped. */
  private async reload(): Promise<void> {
    const { connection } = this;
    this.reloading = true;
    this.reloads++;
    try {
      await this.readFeed(connection);
    } catch {
      // The server is away: the next connection resumes from where the feed has come to, and what waits is not for now.
      if (connection === this.connection) this.socket.drop();
      return;
    }
    if (connection !== this.connection) return;
    this.reloading = false;
    this.reloadedTo = this.cursor;
    this.catchUp();
  }

  private catchUp(): void {
    for (let event = this.held.shift(); event; event = this.held.shift()) {
      this.handle(event);
      if (this.reloading) return;
    }
  }

  private async readFeed(connection: number): Promise<void> {
    const { channelId, token, feedPage = 100 } = this.options;
    for (let hasMore = true; hasMore;) {
      const query = `since=${this.cursor}&epoch=${this.epoch ?? ''}&limit=${feedPage}`;
      const { status, body } = await this.server.api.get(`/channels/${channelId}/changes?${query}`, { token });
      if (connection !== this.connection) return;
      if (status !== 200) throw new Error(`The change feed answered ${status}.`);
      for (const item of body.items as Numbered[]) this.take(item);
      hasMore = body.has_more as boolean;
    }
  }
}

function skim(text: string): ReceivedEvent | undefined {
  const [, type, id, rev] = MESSAGE.exec(text) ?? [];
  return type === undefined ? undefined : { type, id, rev: Number(rev) };
}
