import { Actor, register } from './scene.js';
import type { ReceivedEvent, SocketClient } from './socket-client.js';
import type { TestApp } from './test-app.js';

export const MEDIA = { audio: true, video: false };

/** Two users with a connection each to their conversation, on one node or on two. */
export interface Pair {
  alice: Actor;
  bob: Actor;
  a: SocketClient;
  b: SocketClient;
}

export async function callPair(app: TestApp, other: Pick<TestApp, 'api' | 'wsUrl'> = app): Promise<Pair> {
  const [alice, bob] = [await register(app, 'alice'), (await register(app, 'bob')).on(other)];
  return { alice, bob, a: await alice.dm(bob), b: await bob.dm(alice) };
}

/** Invites, and gives the call's id. */
export async function ring(caller: SocketClient, media: unknown = MEDIA): Promise<string> {
  const { type, call_id } = await caller.request({ type: 'call_invite', media });
  if (type !== 'ack') throw new Error(`call_invite was answered with ${type}.`);
  return call_id as string;
}

/** Rings, and is accepted. */
export async function talk({ a, b }: Pick<Pair, 'a' | 'b'>): Promise<string> {
  const call_id = await ring(a);
  await b.next('incoming_call');
  const { type } = await b.request({ type: 'call_accept', call_id });
  if (type !== 'ack') throw new Error(`call_accept was answered with ${type}.`);
  return call_id;
}

const isOfCall = ({ type }: ReceivedEvent) => type.startsWith('call_') || type.endsWith('_call');

/** The types of all events of calls that came, in order. */
export function callEventsOf(socket: SocketClient): string[] {
  return socket.seen.filter(isOfCall).map(({ type }) => type);
}

/** As if the 45 seconds of a ring were over. */
export async function letRingExpire(database: Pick<TestApp, 'sql'>, callId: string): Promise<void> {
  await database.sql('UPDATE calls SET expires_at = now() WHERE id = $1', [callId]);
}

/** As if a party's node had not been heard of for so long: it is found out within a second. */
export async function letLeaseExpire(database: Pick<TestApp, 'sql'>, userId: string): Promise<void> {
  await database.sql('UPDATE call_parties SET held_until = now(), gone_at = now() WHERE user_id = $1', [userId]);
}

/** The calls that a conversation's log tells of, oldest first. */
export async function callsInLog(reader: Actor, other: Actor): Promise<ReceivedEvent[]> {
  const { body } = await reader.api.get(`/dms/${other.id}/messages`);
  return (body.items as ReceivedEvent[]).filter(({ kind }) => kind === 'call');
}
