import { WebSocket } from 'ws';
import { noteName } from './documented-names.js';

export interface ReceivedEvent {
  type: string;
  [field: string]: unknown;
}

type Wanted = string | ((event: ReceivedEvent) => boolean);

const WAIT_MS = 5000;

/** A raw WebSocket client that queues every frame: tests await events by type, and never sleep for them. */
export class SocketClient {
  /** What has arrived and was not taken yet, oldest first. */
  readonly queue: ReceivedEvent[] = [];
  /** Everything that arrived, in order. */
  readonly seen: ReceivedEvent[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly wakers = new Set<() => void>();
  private ended: { code: number; reason: string } | undefined;

  constructor(readonly ws: WebSocket) {
    const address = new URL(ws.url);
    ws.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as ReceivedEvent;
      this.queue.push(event);
      this.seen.push(event);
      noteName(address, event.type);
      this.wake();
    });
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        this.ended = { code, reason: reason.toString() };
        resolve(this.ended);
        this.wake();
      });
    });
  }

  /** Resolves once the handshake was accepted; rejects with the HTTP status where it was not. */
  static connect(
    url: string,
    options: { headers?: Record<string, string>; protocols?: string[] } = {},
  ): Promise<SocketClient> {
    const ws = new WebSocket(url, options.protocols ?? [], {
      headers: options.headers ?? {},
      perMessageDeflate: false,
    });
    const client = new SocketClient(ws);
    return new Promise((resolve, reject) => {
      ws.once('open', () => {
        resolve(client);
      });
      ws.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(new Error(`HTTP ${String(response.statusCode)}`));
      });
      ws.once('error', reject);
    });
  }

  send(message: object): void {
    this.ws.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.ws.send(text);
  }

  /** Takes the first event that fits, leaving the others queued; fails when the socket closes or time runs out first. */
  async next(wanted: Wanted = () => true, waitMs = WAIT_MS): Promise<ReceivedEvent> {
    const fits = typeof wanted === 'string' ? (event: ReceivedEvent) => event.type === wanted : wanted;
    const deadline = Date.now() + waitMs;
    for (;;) {
      const at = this.queue.findIndex(fits);
      const found = this.queue[at];
      if (found) {
        this.queue.splice(at, 1);
        return found;
      }
      const left = deadline - Date.now();
      if (this.ended || left <= 0)
        throw new Error(
          `no ${describe(wanted)}: ${this.ended ? `closed with ${this.ended.code}` : 'timed out'}; seen ${this.types()}`,
        );
      await this.change(left);
    }
  }

  /** Waits for an event and leaves it in the queue, with what came before it. */
  async until(type: string, waitMs = WAIT_MS): Promise<void> {
    const event = await this.next(type, waitMs);
    const at = this.seen.indexOf(event);
    const later = this.queue.findIndex((queued) => this.seen.indexOf(queued) > at);
    this.queue.splice(later < 0 ? this.queue.length : later, 0, event);
  }

  /** Sends a command with a `ref` and takes its answer. */
  async request(message: { type: string; [field: string]: unknown }, waitMs = WAIT_MS): Promise<ReceivedEvent> {
    const ref = `ref-${Math.random().toString(36).slice(2)}`;
    this.send({ ...message, ref });
    return this.next((event) => event['ref'] === ref, waitMs);
  }

  /**
   * What came before a marker of our own: a `ping` and its `pong`. Silence means that nothing of these types is in it.
   */
  async untilMarker(): Promise<ReceivedEvent[]> {
    await this.request({ type: 'ping' });
    return this.queue.splice(0);
  }

  /** Resolves when the server has read what was sent so far: it answers WebSocket pings at once, whatever it holds. */
  async arrived(): Promise<void> {
    const pong = new Promise((resolve) => this.ws.once('pong', resolve));
    this.ws.ping();
    await pong;
  }

  close(code = 1000): Promise<{ code: number; reason: string }> {
    this.ws.close(code);
    return this.closed;
  }

  /** Breaks the connection without a close frame. */
  terminate(): void {
    this.ws.terminate();
  }

  private types(): string {
    return `[${this.seen.map((event) => event.type).join(', ')}]`;
  }

  private change(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.wakers.add(wake);
    });
  }

  private wake(): void {
    for (const wake of [...this.wakers]) wake();
  }
}

function describe(wanted: Wanted): string {
  return typeof wanted === 'string' ? `"${wanted}"` : 'event that fits';
}
