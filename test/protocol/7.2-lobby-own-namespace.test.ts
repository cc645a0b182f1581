import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Lobbies } from '../../src/lobby/lobbies.js';
import { LobbyModule } from '../../src/lobby/lobby.module.js';
import type { LobbyService } from '../../src/lobby/lobby.service.js';
import { done, player } from '../support/lobby-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** What another team writes to have a lobby of its own. */
@Injectable()
class MyGame {
  readonly lobby: LobbyService;

  constructor(lobbies: Lobbies) {
    this.lobby = lobbies.register('/my-game');
  }
}

@Module({ imports: [LobbyModule], providers: [MyGame] })
class MyGameModule {}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ extraModules: [MyGameModule] });
});
afterAll(() => app.close());

it('a module may register a namespace: it has its own rooms, stats and chat (7.2)', async () => {
  const { lobby } = app.app.get(MyGame, { strict: false });
  const [alice, bob] = [await player(app, 'alice', { namespace: '/my-game' }), await player(app, 'bob')];
  const room = await lobby.createRoom('table-1', 2);
  await done(alice.client, 'join_room', { room_id: room.roomId });
  expect((await lobby.getRoom('table-1'))?.getPlayerCount()).toBe(1);
  await lobby.broadcastToRoom('table-1', 'dealt', { cards: 5 });
  expect((await alice.client.next('dealt'))[0]).toEqual({ cards: 5 });
  expect(await bob.client.request('join_room', { room_id: 'table-1' })).toMatchObject({ code: 'not_found' });
  expect(await done(bob.client, 'join_lobby')).toMatchObject({ total_rooms: 0 });
});

it('a namespace that is registered later is served from then on (7.2)', async () => {
  app.app.get(Lobbies, { strict: false }).register('/late');
  const alice = await player(app, 'alice', { namespace: '/late' });
  expect(await done(alice.client, 'create_room')).toMatchObject({ status: 'waiting' });
});
