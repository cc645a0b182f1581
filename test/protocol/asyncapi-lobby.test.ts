import { afterAll, beforeAll, expect, it } from 'vitest';
import { AsyncApiChecker, fetchAsyncApi } from '../support/asyncapi.js';
import { EventRecording } from '../support/event-recording.js';
import { enterLobby, player } from '../support/lobby-scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let checker: AsyncApiChecker;
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' } });
  checker = new AsyncApiChecker(await fetchAsyncApi(app));
});
afterAll(() => app.close());

it('every event of the lobby is as documented, both ways, and each that is documented comes (7.2, 8)', async () => {
  const wire = new EventRecording(checker, 'lobby');
  const [alice, bob] = [await player(app, 'alice'), await player(app, 'bob')];
  const [a, b] = [wire.listen(alice.client), wire.listen(bob.client)];
  const guest = wire.listen(await SocketIoClient.connect(`${app.url}/lobby`));
  await guest.next('connected');
  const criteria = { only: alice.id };
  await wire.request(a, 'join_lobby');
  const { data } = await wire.request(a, 'find_match', { criteria, player_name: 'Queen', max_players: 2 });
  const { room_id } = data as { room_id: string };
  await wire.request(b, 'find_match', { criteria });
  await a.next('game_start');
  await wire.request(a, 'webrtc_offer', { room_id, target_id: bob.id, offer: { sdp: 'x' } });
  await wire.request(b, 'webrtc_answer', { room_id, answer: { sdp: 'x' } });
  await wire.request(b, 'ice_candidate', { room_id, candidate: null });
  await wire.request(a, 'game_move', { room_id, move: { from: 'e2' } });
  await b.next('game_move');
  bob.client.terminate();
  await a.next('player_disconnected');
  const again = wire.listen(await enterLobby(app, bob.actor));
  await a.next('player_reconnected');
  await wire.request(again, 'join_chat', { room_id });
  await wire.request(a, 'send_message', { room_id, text: 'Good game!' });
  await again.next('new_message');
  await wire.request(a, 'finish_game', { room_id, result: { winner: alice.id } });
  await again.next('game_finished');
  const made = (await wire.request(a, 'create_room', { max_players: 3, data: { map: 'x' }, private: true })).data as {
    room_id: string;
  };
  await wire.request(again, 'join_room', { room_id: made.room_id });
  await wire.request(a, 'room_data', { room_id: made.room_id, patch: { map: 'y' } });
  await again.next('room_updated');
  await wire.request(again, 'leave_room', { room_id: made.room_id });
  await again.next('player_left');
  await wire.request(again, 'join_room', { room_id: 'nowhere' });
  await again.next('error');
  await a.next('lobby_stats');
  expect([...wire.received(), 'SessionEndedEvent', 'SocketGoingAwayEvent'].sort()).toEqual(
    checker.keys('lobby', 'send').sort(),
  );
  expect([...wire.sent].sort()).toEqual(checker.keys('lobby', 'receive').sort());
});
