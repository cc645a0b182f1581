import type { SocketClient } from '../../support/socket-client.js';

/** Writes from these sockets without a pause until it is stopped; each message is sent once the one before is answered. */
export function flood(sockets: readonly SocketClient[]): { stop(): Promise<number> } {
  let running = true;
  let sent = 0;
  const write = async (socket: SocketClient) => {
    while (running) {
      const answer = await socket.request({ type: 'message', content: `flood ${sent}` });
      if (answer.type === 'ack') sent += 1;
    }
  };
  const writing = Promise.all(sockets.map(write));
  return {
    stop: async () => {
      running = false;
      await writing;
      return sent;
    },
  };
}
