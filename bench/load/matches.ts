import { latencies } from '../harness/statistics.js';
import type { Client } from './client.js';
import type { MatchesInput, MatchesResult } from './tasks.js';

/** Nothing has come for so long: nothing will. */
const QUIET_MS = 10_000;

interface Player {
  room?: string;
  foundAt?: number;
  startedAt?: number;
}

/** All call for a match in the same moment. */
export async function matches(clients: readonly Client[], input: MatchesInput): Promise<MatchesResult> {
  const { maxPlayers, criteria } = input;
  const players = clients.map((): Player => ({}));
  const awaited = clients.length + Math.floor(clients.length / maxPlayers) * maxPlayers;
  let events = 0;
  clients.forEach((client, n) => {
    const player = players[n] ?? {};
    listen(client, (event, fields) => {
      if (event === 'match_found') {
        if (player.foundAt === undefined) events++;
        player.room = (fields['data'] as { room_id: string }).room_id;
        player.foundAt ??= performance.now();
      } else {
        if (player.startedAt === undefined) events++;
        player.startedAt ??= performance.now();
      }
    });
  });
  const began = performance.now();
  for (const client of clients) client.command('find_match', { max_players: maxPlayers, criteria });
  let last = -1;
  for (let since = began; events < awaited && performance.now() - since < QUIET_MS;) {
    if (events !== last) since = performance.now();
    last = events;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return outcome(players, { maxPlayers, began });
}

function outcome(players: Player[], { maxPlayers, began }: { maxPlayers: number; began: number }): MatchesResult {
  const found = players.flatMap(({ foundAt }) => (foundAt === undefined ? [] : [foundAt - began]));
  const starts = players.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt - began]));
  const sizes = new Map<string, number>();
  for (const { room } of players) if (room !== undefined) sizes.set(room, (sizes.get(room) ?? 0) + 1);
  const count = (is: (size: number) => boolean) => [...sizes.values()].filter(is).length;
  return {
    seconds: Math.max(...starts) / 1000,
    latency: latencies(found),
    matched: found.length,
    started: starts.length,
    fullRooms: count((size) => size === maxPlayers),
    partRooms: count((size) => size < maxPlayers),
    overfilledRooms: count((size) => size > maxPlayers),
  };
}

/** A match may be found, and its game start, in any order on the wire: both are looked for in each frame. */
function listen(
  client: Client,
  listener: (event: 'match_found' | 'game_start', fields: Record<string, unknown>) => void,
): void {
  const { dialect, socket } = client;
  const openings = (['match_found', 'game_start'] as const).map((event) => ({
    event,
    opening: dialect.opening(event).toString(),
  }));
  socket.onFrame = (bytes, start, end) => {
    const text = bytes.toString('utf8', start, end);
    const found = openings.find(({ opening }) => text.startsWith(opening));
    if (found) listener(found.event, dialect.read(text));
  };
}
