import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Says where it listens, in the words that Parley's own log has. */
export function sayListening(server: Server): void {
  process.stdout.write(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port};\n`);
}

/** A free port of the loopback address, with room for many connections that come at once. */
export function listen(server: Server): void {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () => {
    sayListening(server);
  });
}
