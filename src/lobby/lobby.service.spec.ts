import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LobbyNodes, turns } from '../../test/support/lobby-nodes.js';

let lobby: LobbyNodes;
beforeEach(async () => {
  lobby = await LobbyNodes.start();
});
afterEach(() => lobby.stop());

describe('the lobby for authors of back ends (7.2)', () => {
  it('makes, finds and removes rooms, and counts them', async () => {
    const room = await lobby.service().createRoom('room-1', 2);
    await expect(lobby.service(1).createRoom('room-1')).rejects.toMatchObject({ code: 'conflict' });
    expect((await lobby.service(2).findAvailableRoom())?.roomId).toBe('room-1');
    expect(await lobby.service(2).findAvailableRoom(3)).toBeUndefined();
    expect(await room.addPlayer('p1', { name: 'One', level: 3 })).toEqual({ success: true, message: 'Success' });
    expect(room.toDict().players).toMatchObject({ p1: { name: 'One', level: 3, order: 1 } });
    await room.addPlayer('p2');
    expect([room.getPlayerCount(), room.isFull()]).toEqual([2, true]);
    expect(await room.addPlayer('p3')).toEqual({ success: false, message: 'The room is full.' });
    expect(await lobby.service(1).getStats()).toEqual({
      total_rooms: 1,
      waiting_rooms: 0,
      active_rooms: 1,
      total_players: 2,
    });
    expect([await room.removePlayer('p1'), await room.removePlayer('p1')]).toEqual([true, false]);
    expect([await lobby.service(1).removeRoom('room-1'), await lobby.service(1).removeRoom('room-1')]).toEqual([
      true,
      false,
    ]);
    expect(await lobby.service().getRoom('room-1')).toBeUndefined();
  });

  it('removes empty rooms when told to, and within a minute by itself', async () => {
    await Promise.all([lobby.service().createRoom('a'), lobby.service(1).createRoom('b')]);
    const busy = await lobby.service().createRoom('c');
    await busy.addPlayer('p');
    expect(await lobby.service(2).cleanupEmptyRooms()).toBe(2);
    await lobby.service().createRoom('d');
    await lobby.pass(60_000);
    expect(await lobby.present('d')).toBeUndefined();
    expect((await lobby.present('c'))?.players).toHaveLength(1);
    expect(await lobby.service().getStats()).toMatchObject({ total_rooms: 1 });
  });

  it('sends events to the players of a room', async () => {
    const { alice, bob, roomId } = await lobby.game();
    await lobby.service(2).broadcastToRoom(roomId, 'bell', { n: 1 }, { includeSender: false, sender: 'bob' });
    await lobby.service(2).relayOffer(roomId, 'bob', { sdp: 'x' }, 'alice');
    await turns();
    expect(bob.texts).toEqual([]);
    expect(alice.texts.map((text) => JSON.parse(text) as unknown)).toEqual([
      ['bell', { n: 1 }],
      ['webrtc_offer', { room_id: roomId, offer: { sdp: 'x' }, sender_id: 'bob' }],
    ]);
  });

  it('a room that is removed sends its players away', async () => {
    const { alice, bob, roomId } = await lobby.game();
    await lobby.service(2).removeRoom(roomId);
    await turns();
    expect(alice.told.slice(-2)).toEqual(expect.arrayContaining(['left alice', 'left for good']));
    expect(bob.told.at(-1)).toBe('left for good');
  });

  it('makes envelopes, and says which fields are missing', () => {
    expect(lobby.service().successResponse({ a: 1 })).toEqual({ success: true, message: 'Success', data: { a: 1 } });
    expect(lobby.service().errorResponse('No.')).toEqual({ success: false, message: 'No.', error: 'No.' });
    expect(lobby.service().validateData({ a: 1, b: null }, ['a', 'b', 'toString'])).toEqual({
      valid: false,
      missing: ['b', 'toString'],
    });
  });

  it('names such as __proto__ are names', async () => {
    const room = await lobby.service().createRoom('__proto__');
    await room.addPlayer('__proto__', { constructor: 1 });
    expect(Object.keys(room.toDict().players)).toEqual(['__proto__']);
    expect(await lobby.service(1).getStats()).toMatchObject({ total_rooms: 1, total_players: 1 });
  });
});
