import { afterAll, beforeAll, expect, it } from 'vitest';
import { done, player } from '../support/lobby-scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' } });
});
afterAll(() => app.close());

it('a guest may enter the lobby, is matched with a user, and says something (1.1, 7.2)', async () => {
  const guest = await SocketIoClient.connect(`${app.url}/lobby`);
  const [connected] = await guest.next('connected');
  const { player_id, username } = connected['data'] as { player_id: string; username: string };
  const alice = await player(app, 'alice');
  const criteria = { only: alice.id };
  await done(guest, 'find_match', { criteria });
  const room = await done(alice.client, 'find_match', { criteria });
  expect(room.players[player_id]).toMatchObject({ name: username });
  await done(alice.client, 'join_chat', { room_id: room.room_id });
  await done(guest, 'send_message', { room_id: room.room_id, text: 'hello' });
  expect((await alice.client.next('new_message'))[0]).toMatchObject({ user: username, user_id: player_id });
});
