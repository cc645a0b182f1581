import { afterAll, beforeAll, expect, it } from 'vitest';
import { callClient, callOf, newCallRoom } from '../support/call-rooms.js';
import { done, player } from '../support/lobby-scene.js';
import { joinMeeting } from '../support/meeting.js';
import { newRoom, roomOf } from '../support/room-scene.js';
import { channelScene, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

interface Ordered {
  order: number;
}

/** What each of two is told of the other, and each of itself. */
interface Pair {
  first: { self: Ordered; ofSecond: Ordered };
  second: { self: Ordered; ofFirst: Ordered };
}

let app: TestApp;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  app = await startTestApp();
  [alice, bob] = await Promise.all([register(app, 'alice'), register(app, 'bob')]);
});
afterAll(() => app.close());

const orderOf = (event: object): Ordered => ({ order: (event as Ordered).order });

const GATEWAYS: Record<string, () => Promise<Pair>> = {
  room: async () => {
    const [a, b] = await roomOf(newRoom(), alice, bob);
    const joined = a.client.seen.find(({ type }) => type === 'user_joined')!;
    const [ofFirst] = b.entry['users'] as Ordered[];
    return {
      first: { self: a.entry as never, ofSecond: joined as never },
      second: { self: b.entry as never, ofFirst: ofFirst! },
    };
  },
  meeting: async () => {
    const room = newRoom();
    const a = await joinMeeting(alice, room);
    const b = await joinMeeting(bob, room);
    const { peer } = await a.client.next('peer-joined');
    const selves = [a, b].map(({ peers }) => peers['self'] as Ordered);
    const [ofFirst] = b.peers['peers'] as Ordered[];
    return { first: { self: selves[0]!, ofSecond: peer as Ordered }, second: { self: selves[1]!, ofFirst: ofFirst! } };
  },
  call: async () => {
    const [a, b] = [await callClient(app, alice), await callClient(app, bob)];
    const [first, second] = await callOf(newCallRoom(), a, b);
    const joined = a.seen.find(({ event }) => event === 'webrtc:participant-joined')!;
    const [ofFirst] = second!['existingParticipants'] as Ordered[];
    a.close();
    b.close();
    return {
      first: { self: first as never, ofSecond: joined.args[0]!['participant'] as Ordered },
      second: { self: second as never, ofFirst: ofFirst! },
    };
  },
  lobby: async () => {
    const [a, b] = [await player(app), await player(app)];
    const { room_id } = await done(a.client, 'create_room', { max_players: 3 });
    const { players } = await done(b.client, 'join_room', { room_id });
    const [joined] = await a.client.next('player_joined', ({ player_id }) => player_id === b.id);
    const told = (joined['room'] as { players: Record<string, Ordered> }).players;
    a.client.close();
    b.client.close();
    return {
      first: { self: told[a.id]!, ofSecond: told[b.id]! },
      second: { self: players[b.id]!, ofFirst: players[a.id]! },
    };
  },
  'channel call': async () => {
    const { members, channelId } = await channelScene(app, { members: ['carol', 'dave'], type: 'VIDEO' });
    const a = await members.carol.channel(channelId);
    const first = await a.request({ type: 'call_join' });
    const b = await members.dave.channel(channelId);
    const second = await b.request({ type: 'call_join' });
    const joined = await a.next('call_joined');
    const [ofFirst] = second['participants'] as Ordered[];
    return {
      first: { self: first as never, ofSecond: joined as never },
      second: { self: second as never, ofFirst: ofFirst! },
    };
  },
};

it.each(Object.keys(GATEWAYS))(
  'every participant entry, in every gateway, carries `order`, which is higher for the later comer: %s (5)',
  async (gateway) => {
    const { first, second } = await GATEWAYS[gateway]!();
    expect(orderOf(first.self)).toEqual(orderOf(second.ofFirst));
    expect(orderOf(second.self)).toEqual(orderOf(first.ofSecond));
    expect(second.self.order).toBeGreaterThan(first.self.order);
  },
);
