import { expect } from 'vitest';
import type { EchoApp } from './echo-app.js';
import { eventually } from './eventually.js';
import { SocketClient } from './socket-client.js';

let lastId = 0;

/** Clients of an echo application; `current` gives the one that a test means when it names none. */
export function echoClients(current: () => EchoApp) {
  /** An id that no other connection of these tests has, to find its departure by. */
  const freshId = () => `close-${++lastId}`;

  const open = (id: string, user = 'alice', app = current()) =>
    SocketClient.connect(`${app.wsUrl}/ws/echo/${id}?token=${user}`);

  const connect = async (user = 'alice', id = freshId(), app = current()) => {
    const client = await open(id, user, app);
    await client.next('connected');
    return client;
  };

  const departuresOf = async (id: string, app = current()) => {
    await eventually(() => app.gateway.departuresOf(id).length > 0);
    return app.gateway.departuresOf(id);
  };

  /** Other clients are served: the process lives. */
  const expectService = async (app = current()) => {
    const client = await connect('bob', freshId(), app);
    expect(await client.request({ type: 'echo', n: 1 })).toMatchObject({ type: 'echoed' });
    await client.close();
  };

  return { freshId, open, connect, departuresOf, expectService };
}

/** What a test has set on the gateway is not the next one's. */
export function resetGateway({ gateway }: EchoApp): void {
  gateway.onAdmit = () => Promise.resolve();
  gateway.onParse = () => undefined;
  gateway.onDeparted = () => undefined;
}
