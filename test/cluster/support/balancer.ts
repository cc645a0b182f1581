import { connect, createServer, Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '../../support/api-client.js';

const CHECK_MS = 200;

interface Target {
  url: string;
  ready: boolean;
}

/** A proxy as operators put before the nodes: gives each new connection to the next node that says it is ready. */
export class Balancer {
  readonly url: string;
  readonly wsUrl: string;
  readonly api: ApiClient;
  private readonly sockets = new Set<Socket>();
  private readonly checks: NodeJS.Timeout;
  private next = 0;

  private constructor(
    private readonly server: Server,
    private readonly targets: Target[],
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.wsUrl = this.url.replace('http', 'ws');
    this.api = new ApiClient(this.url);
    server.on('connection', (client) => {
      this.track(client);
      this.join(client, [...this.candidates()]);
    });
    this.checks = setInterval(() => {
      for (const target of this.targets) void this.check(target);
    }, CHECK_MS);
  }

  static async before(nodes: readonly { url: string }[]): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Balancer(
      server,
      nodes.map(({ url }) => ({ url, ready: true })),
    );
  }

  /** Whether it gives connections to this node. */
  uses({ url }: { url: string }): boolean {
    return this.targets.some((target) => target.url === url && target.ready);
  }

  async close(): Promise<void> {
    clearInterval(this.checks);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The nodes in the order in which a new connection tries them. */
  private candidates(): Target[] {
    const first = this.next++;
    const order = this.targets.map((_, i) => this.targets[(first + i) % this.targets.length]!);
    return order.filter(({ ready }) => ready);
  }

  /** A node that refuses the connection has had nothing of it: the next one is tried. */
  private join(client: Socket, candidates: Target[]): void {
    const [target, ...others] = candidates;
    if (target === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(new URL(target.url).port), '127.0.0.1');
    const refused = () => {
      this.join(client, others);
    };
    upstream.once('error', refused).once('connect', () => {
      upstream.off('error', refused);
      this.track(upstream);
      client.pipe(upstream).pipe(client);
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.end());
    });
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private async check(target: Target): Promise<void> {
    const signal = AbortSignal.timeout(5 * CHECK_MS);
    target.ready = await fetch(`${target.url}/health/ready`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
