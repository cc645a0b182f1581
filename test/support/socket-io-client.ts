import { noteName } from './documented-names.js';
import { io, ManagerOptions, Socket, SocketOptions } from 'socket.io-client';

export interface Acknowledgement {
  success: boolean;
  message: string;
  data?: unknown;
  error?: string;
  code?: string;
  [field: string]: unknown;
}

/** An argument of an event: nearly always an object. */
export type Payload = Record<string, unknown>;

export interface SocketEventSeen {
  event: string;
  args: Payload[];
}

type Options = Partial<ManagerOptions & SocketOptions>;

/** Why a connection was refused, as a stock client's `connect_error` tells it. */
export interface ConnectError extends Error {
  data?: { code?: string; [field: string]: unknown };
}

const WAIT_MS = 5000;

/** A stock Socket.IO client that queues every event: tests await events by name, and never sleep for them. */
export class SocketIoClient {
  readonly queue: SocketEventSeen[] = [];
  readonly seen: SocketEventSeen[] = [];
  readonly disconnected: Promise<string>;
  private readonly wakers = new Set<() => void>();
  private ended: string | undefined;

  constructor(
    readonly socket: Socket,
    url: string,
  ) {
    const address = new URL(url);
    socket.onAny((event: string, ...args: Payload[]) => {
      noteName(address, event);
      const seen = { event, args };
      this.queue.push(seen);
      this.seen.push(seen);
      this.wake();
    });
    this.disconnected = new Promise((resolve) => {
      socket.on('disconnect', (reason) => {
        this.ended = reason;
        resolve(reason);
        this.wake();
      });
    });
  }

  get id(): string {
    return this.socket.id ?? '';
  }

  /** Resolves once the server has said `connect`; rejects with its `connect_error`. */
  static connect(url: string, options: Options = {}): Promise<SocketIoClient> {
    const socket = io(url, { reconnection: false, forceNew: true, transports: ['websocket'], ...options });
    const client = new SocketIoClient(socket, url);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => {
        resolve(client);
      });
      socket.once('connect_error', (error) => {
        socket.disconnect();
        reject(error);
      });
    });
  }

  /** How the server refuses to connect. */
  static async refusal(url: string, options: Options = {}): Promise<ConnectError> {
    const outcome = await SocketIoClient.connect(url, options).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) throw new Error('it was not refused');
    return outcome;
  }

  emit(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  /** Sends an event and takes its acknowledgement. */
  request(event: string, ...args: unknown[]): Promise<Acknowledgement> {
    return this.socket.timeout(WAIT_MS).emitWithAck(event, ...args) as Promise<Acknowledgement>;
  }

  /** Takes the arguments of the first such event, leaving the others queued. */
  async next(event: string, fits: (first: Payload) => boolean = () => true): Promise<[Payload, ...Payload[]]> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const at = this.queue.findIndex((seen) => seen.event === event && fits(seen.args[0] ?? {}));
      const found = this.queue[at];
      if (found) {
        this.queue.splice(at, 1);
        return found.args as [Payload, ...Payload[]];
      }
      const left = deadline - Date.now();
      if (this.ended !== undefined || left <= 0)
        throw new Error(`no ${event}: ${this.ended ?? 'timed out'}; seen ${this.seen.map((s) => s.event).join(', ')}`);
      await this.change(left);
    }
  }

  /** Waits for such an event and takes it; what came before it stays queued, and what comes after it. */
  async until(event: string, fits: (first: Payload) => boolean): Promise<void> {
    await this.next(event, fits);
  }

  /** What came before the answer to an event that the gateway takes no notice of: silence means that nothing is in it. */
  async untilMarker(): Promise<SocketEventSeen[]> {
    await this.request('there is no such event');
    return this.queue.splice(0);
  }

  /** Says goodbye. */
  close(): void {
    this.socket.disconnect();
  }

  /** Breaks the connection without a goodbye. */
  terminate(): void {
    const { engine } = this.socket.io as unknown as { engine: { transport: { ws?: { terminate?: () => void } } } };
    engine.transport.ws?.terminate?.();
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
