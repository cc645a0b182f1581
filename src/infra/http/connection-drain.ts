import { Server, ServerResponse } from 'node:http';
import { Server as NetServer, Socket } from 'node:net';

const SWEEP_MS = 100;
/** A browser opens connections ahead and sends nothing on them; during a stop they get this long to say something. */
const SILENCE_MS = 1000;

/**
 * Ends the connections of an HTTP server, for a stop: each after the answer that is due on it, and what is then left is cut.
 * Node's own `close` ends those that are idle at that moment, and waits for the others for as long as they are used.
 */
export class ConnectionDrain {
  private readonly sockets = new Set<Socket>();
  private readonly answers = new Set<ServerResponse>();
  private closing = false;
  private sweeps: NodeJS.Timeout | undefined;

  constructor(
    private readonly server: Server,
    private readonly timeoutMs: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.prependListener('request', (_request, response) => {
      this.answers.add(response);
      response.once('close', () => this.answers.delete(response));
      if (this.closing) response.shouldKeepAlive = false;
    });
  }

  /** From now on every answer says `Connection: close`; new connections are still taken. */
  begin(): void {
    if (this.closing) return;
    const since = performance.now();
    this.closing = true;
    for (const answer of this.answers) answer.shouldKeepAlive = false;
    // Not at once: a client that has just been answered may have its next request under way.
    this.sweeps = setInterval(() => {
      this.sweep(performance.now() - since);
    }, SWEEP_MS).unref();
  }

  /** Takes no more connections, and resolves when the last has ended: at the latest `timeoutMs` after `begin`. */
  async end(): Promise<void> {
    this.begin();
    await new Promise<void>((resolve) => {
      // The `close` of HTTP would cut at once what seems idle.
      NetServer.prototype.close.call(this.server, () => {
        resolve();
      });
    });
    clearInterval(this.sweeps);
    // Stops the timer with which it watches for slow requests.
    this.server.close();
  }

  private sweep(elapsedMs: number): void {
    this.server.closeIdleConnections();
    const silentToo = elapsedMs >= SILENCE_MS && !this.server.listening;
    // All sockets, not `closeAllConnections`, which leaves those that were upgraded.
    for (const socket of this.sockets)
      if (elapsedMs >= this.timeoutMs || (silentToo && socket.bytesRead === 0)) socket.destroy();
  }
}
