import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * A port that stays ours while a killed server is away: below the range that the system gives to outgoing connections,
 * where a client that tries again and again could come to be connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 30_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
}
