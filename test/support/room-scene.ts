import { randomUUID } from 'node:crypto';
import type { Actor } from './scene.js';
import { ReceivedEvent, SocketClient } from './socket-client.js';

/** A client in a room. */
export interface RoomGuest {
  client: SocketClient;
  id: string;
  username: string;
  /** What it was told first. */
  entry: ReceivedEvent;
}

/** A room that no other test has. */
export const newRoom = () => `room-${randomUUID()}`;

/** Enters with the access token at the upgrade, and takes the first frames. */
export async function enterRoom(actor: Actor, room: string, clientId: string = randomUUID()): Promise<RoomGuest> {
  const client = await actor.dial(`/ws/${room}`, { client_id: clientId });
  await client.next('auth_success');
  const entry = await client.next('users_in_room');
  return { client, id: clientId, username: actor.username, entry };
}

/** Each enters after the one before, and everyone has been told of everyone. */
export async function roomOf<Actors extends readonly Actor[]>(
  room: string,
  ...actors: Actors
): Promise<{ [Index in keyof Actors]: RoomGuest }> {
  const guests: RoomGuest[] = [];
  for (const actor of actors) {
    const guest = await enterRoom(actor, room, `${actor.username}-client`);
    for (const { client } of guests) await client.next((event) => event['client_id'] === guest.id);
    guests.push(guest);
  }
  return guests as { [Index in keyof Actors]: RoomGuest };
}

/** What came before a marker that `from`, a participant of the same room, sends it. */
export async function heardBefore(guest: RoomGuest, from: RoomGuest): Promise<ReceivedEvent[]> {
  const marker = randomUUID();
  from.client.send({ type: 'data', data: { marker }, to: guest.id });
  const isMarker = (event: ReceivedEvent) => (event['data'] as { marker?: string } | null)?.marker === marker;
  const heard: ReceivedEvent[] = [];
  for (;;) {
    const event = await guest.client.next();
    if (isMarker(event)) return heard;
    heard.push(event);
  }
}
