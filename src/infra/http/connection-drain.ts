import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const SWEEP_MS = 100;
/** A client that uses its connection has its next request under way; it gets this long to come. */
const IDLE_MS = 500;
/** A browser opens connections ahead and sends nothing on them; during a stop they get this long to say something. */
const SILENCE_MS = 1000;
/** The share of a stop's time in which we look for a moment at which nobody is just connecting. */
const LULL_SHARE = 0.3;

/** What we know of a connection. */
interface Use {
  /** Requests that wait for their answer. */
  pending: number;
  /** When it was taken, or its latest answer ended. */
  since: number;
  /** What had been read of it by then: it is idle for as long as that is all. */
  bytesRead: number;
}

/**
 * Ends the connections of an HTTP server, for a stop: each after the answer that is due on it, and what is then left is cut.
 * Node's own `close` cuts those that are idle at that moment, with the request that their client may be sending.
 */
export class ConnectionDrain {
  private readonly uses = new Map<Socket, Use>();
  private readonly answers = new Set<ServerResponse>();
  /** How many were taken so far. */
  private connections = 0;
  private begunAt: number | undefined;
  private halfTime: NodeJS.Timeout | undefined;
  private sweeps: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly timeoutMs: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.connections++;
      this.uses.set(socket, { pending: 0, since: performance.now(), bytesRead: 0 });
      socket.once('close', () => this.uses.delete(socket));
    });
    server.prependListener('request', (request, response) => {
      this.track(request, response);
    });
  }

  get hasBegun(): boolean {
    return this.begunAt !== undefined;
  }

  /** For a stop that lasts: new connections are refused at the latest when half of its time is over. */
  begin(): void {
    if (this.begunAt !== undefined) return;
    this.begunAt = performance.now();
    this.halfTime = setTimeout(() => {
      this.closing ??= this.close();
    }, this.timeoutMs / 2).unref();
  }

  /** Takes no more connections, and resolves when the last has ended: at the latest `timeoutMs` after `begin`. */
  async end(): Promise<void> {
    this.begin();
    clearTimeout(this.halfTime);
    await (this.closing ??= this.close());
  }

  private async close(): Promise<void> {
    await this.lull();
    const closed = new Promise<void>((resolve) => {
      // The `close` of HTTP would cut at once what seems idle.
      NetServer.prototype.close.call(this.server, () => {
        resolve();
      });
    });
    this.endConnections();
    await closed;
    clearInterval(this.sweeps);
    // Stops the timer with which it watches for slow requests.
    this.server.close();
  }

  /** The kernel resets who has connected and was not taken yet: resolves right after a turn in which nobody came. */
  private async lull(): Promise<void> {
    const giveUpAt = performance.now() + this.timeoutMs * LULL_SHARE;
    await nextTurn();
    for (let before = -1; before !== this.connections && performance.now() < giveUpAt;) {
      before = this.connections;
      await nextTurn();
    }
  }

  /** Not before the port is closed: clients that are sent away while it is open connect anew, without an end. */
  private endConnections(): void {
    for (const answer of this.answers) answer.shouldKeepAlive = false;
    this.sweeps = setInterval(() => {
      // After the event loop's look at the sockets, so that what has arrived has been read.
      setImmediate(() => {
        this.sweep();
      });
    }, SWEEP_MS).unref();
  }

  private track({ socket }: IncomingMessage, response: ServerResponse): void {
    const use = this.uses.get(socket);
    if (use !== undefined) use.pending++;
    this.answers.add(response);
    response.once('close', () => {
      this.answers.delete(response);
      if (use === undefined) return;
      use.pending--;
      use.since = performance.now();
      use.bytesRead = socket.bytesRead;
    });
    if (this.sweeps !== undefined) response.shouldKeepAlive = false;
  }

  private sweep(): void {
    const now = performance.now();
    const timedOut = now - (this.begunAt ?? now) >= this.timeoutMs;
    // All sockets, not `closeAllConnections`, which leaves those that were upgraded.
    for (const [socket, use] of this.uses) if (timedOut || this.isOver(socket, use, now)) socket.destroy();
  }

  private isOver(socket: Socket, { pending, since, bytesRead }: Use, now: number): boolean {
    if (pending > 0 || socket.bytesRead > bytesRead) return false;
    if (bytesRead > 0) return now - since >= IDLE_MS;
    return now - since >= SILENCE_MS;
  }
}
