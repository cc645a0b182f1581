import { connect, createServer, Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Throttle } from './throttle.js';

interface Faults {
  /** What comes through to the client in a second, for each connection. */
  bytesPerSecond?: number;
  /** After so many bytes to the client the connection is reset. */
  cutAfterBytes?: number;
  /** Each chunk to the client arrives so much later. */
  delayMs?: number;
}

/** A TCP proxy between a client and the server that treats their connections badly. */
export class ChaosProxy {
  /** Bytes that have come through to clients. */
  passed = 0;
  /** How many connections were reset. */
  cuts = 0;
  private readonly sockets = new Set<Socket>();
  private dark = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
    private readonly faults: Faults,
  ) {
    server.on('connection', (client) => {
      this.join(client);
    });
  }

  static async before(url: string, faults: Faults = {}): Promise<ChaosProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ChaosProxy(server, Number(new URL(url).port), faults);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get wsUrl(): string {
    return this.url.replace('http', 'ws');
  }

  /** From now on nothing comes through in either direction, and nobody is told. */
  blackHole(): void {
    this.dark = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Lets through what the black hole has kept. */
  restore(): void {
    this.dark = false;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const ends = [client, upstream];
    for (const socket of ends) {
      this.sockets.add(socket);
      if (this.dark) socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        for (const end of ends) end.destroy();
      });
    }
    client.pipe(upstream);
    upstream
      .pipe(new Throttle(this.faults))
      .on('data', this.passOn(client))
      .on('end', () => client.end());
  }

  private passOn(client: Socket): (chunk: Buffer) => void {
    let sent = 0;
    return (chunk) => {
      sent += chunk.length;
      this.passed += chunk.length;
      client.write(chunk);
      if (this.faults.cutAfterBytes === undefined || sent < this.faults.cutAfterBytes) return;
      this.cuts++;
      client.resetAndDestroy();
    };
  }
}
