import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.js';
import { done, enterLobby, game, player, told } from '../support/lobby-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

async function gameOfTwo() {
  const [alice, bob] = [await player(app, 'alice'), await player(app, 'bob')];
  return { alice, bob, room_id: await game(alice, bob) };
}

describe('two connections of one player (7.2)', () => {
  it('who comes back before the old connection is known to have broken is in the game when it is', async () => {
    const { alice, bob, room_id } = await gameOfTwo();
    const again = await enterLobby(app, bob.actor);
    bob.client.terminate();
    await alice.client.next('player_disconnected');
    expect((await alice.client.next('player_reconnected'))[0]).toMatchObject({ player_id: bob.id });
    await done(alice.client, 'game_move', { room_id, move: 'go on' });
    expect((await again.next('game_move'))[0]).toMatchObject({ move: 'go on', n: 1 });
    expect(await done(again, 'game_move', { room_id, move: 'so be it' })).toMatchObject({ n: 2 });
  });

  it('the one that stood in gives the seat to the next that comes, and is told', async () => {
    const { alice, bob, room_id } = await gameOfTwo();
    const idle = await enterLobby(app, bob.actor);
    bob.client.terminate();
    await alice.client.next('player_reconnected');
    const again = await enterLobby(app, bob.actor);
    expect((await idle.next('error'))[0]).toMatchObject({ code: 'conflict' });
    await done(alice.client, 'game_move', { room_id, move: 1 });
    await again.next('game_move');
    expect(told(idle, 'game_move')).toEqual([]);
    expect(told(alice.client, 'player_disconnected')).toHaveLength(1);
    const later = await enterLobby(app, bob.actor);
    await done(later, 'join_lobby');
    expect(await done(again, 'game_move', { room_id, move: 2 })).toMatchObject({ n: 2 });
  });

  it('neither hears the room’s chat when the player has left', async () => {
    const { alice, bob, room_id } = await gameOfTwo();
    const tab = await enterLobby(app, bob.actor);
    for (const client of [alice.client, bob.client, tab]) await done(client, 'join_chat', { room_id });
    await done(alice.client, 'send_message', { room_id, text: 'to us' });
    for (const client of [bob.client, tab]) await client.next('new_message');
    await done(bob.client, 'leave_room', { room_id });
    await alice.client.next('player_left');
    await tab.untilMarker();
    await done(alice.client, 'send_message', { room_id, text: 'to nobody' });
    await alice.client.next('new_message', ({ text }) => text === 'to nobody');
    for (const client of [bob.client, tab])
      expect((await client.untilMarker()).filter(({ event }) => event === 'new_message')).toEqual([]);
  });
});

it('who says something in a chat hears it, also when somebody else speaks at the moment of its entry (7.2)', async () => {
  const { id, client } = await player(app, 'alice');
  const { topics } = app.app.get(Cluster, { strict: false });
  const subscribe = topics.subscribe.bind(topics);
  const other = { id: 'm', roomId: 'chat_room', userId: id, username: 'bob', text: 'first', createdAt: '' };
  const subscribing = vi.spyOn(topics, 'subscribe').mockImplementationOnce(async (topic, listener) => {
    const stop = await subscribe(topic, listener);
    listener(other);
    return stop;
  });
  await done(client, 'send_message', { text: 'second' });
  subscribing.mockRestore();
  expect((await client.next('new_message'))[0]).toMatchObject({ text: 'first' });
  expect((await client.next('new_message'))[0]).toMatchObject({ text: 'second' });
});
