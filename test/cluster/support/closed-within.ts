import type { SocketClient } from '../../support/socket-client.js';

/** How a socket was closed; fails when it is open still after the time that the protocol gives. */
export async function closedWithin(
  ms: number,
  socket: SocketClient,
  what: string,
): Promise<{ code: number; reason: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: still open after ${ms} ms; seen ${socket.seen.map(({ type }) => type).join(', ')}`));
    }, ms);
  });
  return Promise.race([socket.closed, late]).finally(() => {
    clearTimeout(timer);
  });
}
