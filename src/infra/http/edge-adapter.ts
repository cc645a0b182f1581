import { ExpressAdapter } from '@nestjs/platform-express';
import { createServer, RequestListener } from 'node:http';

// Node waits for minutes by default; a client that trickles its request must not hold a connection so long.
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 5_000,
};

/** Nest's Express adapter, with time limits on its server, and its not-found answer on every path. */
export class EdgeAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(TIMEOUTS, this.getInstance<RequestListener>());
  }

  // Nest mounts its handler under the global prefix only: elsewhere Express would answer with its HTML page.
  override setNotFoundHandler(...[handler, prefix, excluded]: Parameters<ExpressAdapter['setNotFoundHandler']>): void {
    super.setNotFoundHandler(handler, prefix, excluded);
    this.use(handler);
  }
}
