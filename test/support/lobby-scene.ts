import { register } from './scene.js';
import type { Actor } from './scene.js';
import { SocketIoClient } from './socket-io-client.js';
import type { Payload } from './socket-io-client.js';
import type { TestApp } from './test-app.js';

type Node = Pick<TestApp, 'api' | 'url' | 'wsUrl'>;

export interface LobbyRoom {
  room_id: string;
  max_players: number;
  players: Record<string, { name: string; joined_at: string; order: number }>;
  status: string;
  created_at: string;
  data: Record<string, unknown>;
}

interface LobbyOptions {
  namespace?: string;
  transports?: ('websocket' | 'polling')[];
}

/** Connects a user to a lobby, and waits for nothing but `connect`. */
export function enterLobby(
  node: Node,
  { token }: Actor,
  { namespace = '/lobby', transports = ['websocket'] }: LobbyOptions = {},
): Promise<SocketIoClient> {
  return SocketIoClient.connect(`${node.url}${namespace}`, { auth: { token }, transports });
}

/** A new user with a connection to a lobby. */
export async function player(node: Node, name = 'player', options: LobbyOptions = {}) {
  const actor = await register(node, name);
  return { actor, id: actor.id, name: actor.username, client: await enterLobby(node, actor, options) };
}

export type Player = Awaited<ReturnType<typeof player>>;

/** The acknowledged data of an event that must succeed. */
export async function done<T = LobbyRoom>(client: SocketIoClient, event: string, payload: object = {}): Promise<T> {
  const answer = await client.request(event, payload);
  if (!answer.success) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  return answer.data as T;
}

/** A game of two that has begun, its first events taken. */
export async function game(a: Player, b: Player, options: object = {}): Promise<string> {
  const { room_id } = await done(a.client, 'create_room', { max_players: 2, ...options });
  await done(b.client, 'join_room', { room_id });
  for (const { client } of [a, b]) await client.next('game_start', inRoom(room_id));
  return room_id;
}

/** Whether an event is of this room. */
export const inRoom = (roomId: string) => (event: Payload) =>
  event['room_id'] === roomId || (event['room'] as LobbyRoom | undefined)?.room_id === roomId;

/** What was told of this event, the first argument of each. */
export const told = (client: SocketIoClient, event: string): Payload[] =>
  client.seen.filter((seen) => seen.event === event).map(({ args }) => args[0] ?? {});
