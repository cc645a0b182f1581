import { randomUUID } from 'node:crypto';
import type { Actor } from './scene.js';
import { Payload, SocketEventSeen, SocketIoClient } from './socket-io-client.js';
import type { TestApp } from './test-app.js';

/** A call room that no other test has. */
export const newCallRoom = () => `call-${randomUUID()}`;

/** A stock client of the call gateway. */
export function callClient(
  { url }: Pick<TestApp, 'url'>,
  { token }: Pick<Actor, 'token'>,
  transport = 'websocket',
): Promise<SocketIoClient> {
  return SocketIoClient.connect(url, { auth: { token }, transports: [transport] });
}

/** Joins, and gives what the client is told. */
export async function joinCall(client: SocketIoClient, callRoomId: string, more: object = {}): Promise<Payload> {
  const answer = await client.request('webrtc:join-room', { callRoomId, ...more });
  if (!answer.success) throw new Error(`${String(answer.code)}: ${answer.message}`);
  const [joined] = await client.next('webrtc:room-joined');
  return joined;
}

/** Each joins after the one before, and everyone has been told of everyone. */
export async function callOf(callRoomId: string, ...clients: SocketIoClient[]): Promise<Payload[]> {
  const joined: Payload[] = [];
  for (const [index, client] of clients.entries()) {
    joined.push(await joinCall(client, callRoomId));
    for (const earlier of clients.slice(0, index))
      await earlier.next('webrtc:participant-joined', ({ participant }) => socketIdOf(participant) === client.id);
  }
  return joined;
}

const socketIdOf = (participant: unknown): string => (participant as { socketId: string }).socketId;

/** What came before the answer to a message of one's own that changes nothing: all but that answer. */
export async function callEventsBefore(client: SocketIoClient): Promise<SocketEventSeen[]> {
  const seen = await client.untilMarker();
  const marker = seen.findLastIndex(({ event }) => event === 'webrtc:signaling-error');
  return seen.filter((_, index) => index !== marker);
}

/** What came before a signal of a participant of the same room, which travels as others' signals do. */
export async function heardFrom(client: SocketIoClient, from: SocketIoClient, callRoomId: string) {
  const marker = randomUUID();
  from.emit('webrtc:ice-candidate', { callRoomId, targetSocketId: client.id, candidate: { marker } });
  await client.until(
    'webrtc:ice-candidate',
    ({ candidate }) => (candidate as { marker?: string } | null)?.marker === marker,
  );
  return client.queue.splice(0);
}
