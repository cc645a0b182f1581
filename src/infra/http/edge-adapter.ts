import { ExpressAdapter } from '@nestjs/platform-express';
import { createServer, RequestListener, Server } from 'node:http';
import { ConnectionDrain } from './connection-drain.js';
import { answerParserErrors } from './parser-errors.js';

// Node waits for minutes by default; a client that trickles its request must not hold a connection so long.
const TIMEOUTS = {
  headersTimeout: 10_000,
  // A file may take longer than anything else: `bodyPace` looks after the bodies of all requests.
  requestTimeout: 0,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 5_000,
};

/** Connections that the kernel may hold for us (it may allow fewer): one that it drops comes back a second later. */
const BACKLOG = 16_384;

/** Nest's Express adapter, with time limits on its server and on its stop, and its not-found answer on every path. */
export class EdgeAdapter extends ExpressAdapter {
  private drain: ConnectionDrain | undefined;

  /** `shutdownTimeoutMs`: how long a stop waits for requests that are under way. */
  constructor(private readonly shutdownTimeoutMs: number) {
    super();
  }

  override initHttpServer(): void {
    const server = createServer(TIMEOUTS, this.getInstance<RequestListener>());
    answerParserErrors(server);
    this.drain = new ConnectionDrain(server, this.shutdownTimeoutMs);
    this.httpServer = server;
  }

  override listen(port: string | number, ...rest: (string | (() => void) | undefined)[]): Server {
    const host = rest.find((value) => typeof value === 'string');
    const onListening = rest.find((value) => typeof value === 'function');
    return (this.httpServer as Server).listen({ port: Number(port), host, backlog: BACKLOG }, onListening);
  }

  /** Whether a stop has begun. */
  get draining(): boolean {
    return this.drain?.hasBegun ?? false;
  }

  /** Nest calls it first of all in a stop, before the WebSocket connections are drained. */
  override beforeClose(): void {
    super.beforeClose();
    this.drain?.begin();
  }

  override async close(): Promise<void> {
    await this.drain?.end();
  }

  // Nest mounts its handler under the global prefix only: elsewhere Express would answer with its HTML page.
  override setNotFoundHandler(...[handler, prefix, excluded]: Parameters<ExpressAdapter['setNotFoundHandler']>): void {
    super.setNotFoundHandler(handler, prefix, excluded);
    this.use(handler);
  }
}
