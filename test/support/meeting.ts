import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { roomScope } from '../../src/signaling/room-seat.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { eventually } from './eventually.js';
import type { Actor } from './scene.js';
import type { ReceivedEvent, SocketClient } from './socket-client.js';
import type { TestApp } from './test-app.js';

interface PeerView {
  id: string;
  user_id: string;
  username: string;
  display_name: string;
  media: Record<string, unknown>;
  screen_sharing: boolean;
  screen_stream_id: string | null;
  hand_raised: boolean;
  is_host: boolean;
  order: number;
}

export interface PeersView extends ReceivedEvent {
  self: PeerView;
  peers: PeerView[];
  chat_enabled: boolean;
  locked: boolean;
  host_id: string;
}

/** Somebody in a meeting, with what they were told when they joined. */
export interface Attendee {
  client: SocketClient;
  id: string;
  peers: PeersView;
}

/** A meeting that no other test is in. */
export const newMeeting = (): string => `m-${randomUUID().slice(0, 8)}`;

/** Connects to a meeting and joins nothing yet. */
export const dialMeeting = (actor: Actor, roomId: string): Promise<SocketClient> => actor.dial(`/ws/meet/${roomId}`);

export async function joinMeeting(actor: Actor, roomId: string, fields: object = {}): Promise<Attendee> {
  const client = await dialMeeting(actor, roomId);
  const peers = await joined(client, fields);
  return { client, id: peers.self.id, peers };
}

/** Joins with a connection that is there. */
export async function joined(client: SocketClient, fields: object = {}): Promise<PeersView> {
  const answer = await client.request({ type: 'join', ...fields });
  if (answer.type !== 'peers') throw new Error(`join was answered with ${JSON.stringify(answer)}`);
  return answer as PeersView;
}

/** The types that came before a marker of one's own, in order. */
export async function toldSoFar({ client }: Attendee): Promise<string[]> {
  return (await client.untilMarker()).map(({ type }) => type);
}

/** Breaks a peer's connection; resolves once the node has noticed, so that its grace runs. */
export async function breakOff({ app }: TestApp, roomId: string, { client, id }: Attendee): Promise<void> {
  client.terminate();
  const [rooms, scope] = [app.get(SignalingRooms, { strict: false }), roomScope('meeting', roomId)];
  await eventually(() => !rooms.seatsHere().some((seat) => seat.scope === scope && seat.member === id));
}

/** Resolves once nobody is in the meeting any more, in their grace or not. */
export async function deserted({ app }: TestApp, roomId: string): Promise<void> {
  const rooms = app.get(SignalingRooms, { strict: false });
  await eventually(async () => (await rooms.read(roomScope('meeting', roomId))).length === 0);
}

/** A connection whose `join` has been admitted, and stands still before it enters. */
export async function admittedOnly(
  { app }: TestApp,
  room: string,
  actor: Actor,
): Promise<{ client: SocketClient; enter: () => void }> {
  const rooms = app.get(SignalingRooms, { strict: false });
  const { promise: mayEnter, resolve: enter } = gate();
  const { promise: isAdmitted, resolve: admitted } = gate();
  const entering = vi.spyOn(rooms, 'enter').mockImplementationOnce(async (entry) => {
    admitted();
    await mayEnter;
    return SignalingRooms.prototype.enter.call(rooms, entry);
  });
  const client = await dialMeeting(actor, room);
  client.send({ type: 'join', client_id: 'late' });
  await isAdmitted;
  entering.mockRestore();
  return { client, enter };
}

/** A promise that stands open to be resolved. */
export function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
