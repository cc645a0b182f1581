import { ServerOptions, WebSocketServer } from 'ws';
import { FRAGMENT_LIMITS } from './frame-limits.js';

/** The `ws` server that Socket.IO uses: it hands on its own options only, and the limits on fragments are not among them. */
export class FragmentLimitedServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, ...FRAGMENT_LIMITS });
  }
}
