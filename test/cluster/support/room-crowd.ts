import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually.js';
import { register } from '../../support/scene.js';
import type { Balancer } from './balancer.js';
import { CallRoomGoer } from './call-room-goer.js';
import { RawRoomGoer } from './raw-room-goer.js';
import { disagreements } from './room-goer.js';
import type { RoomGoer } from './room-goer.js';

const ROOM_SIZE = 6;

/** Rooms of the room gateway and call rooms, as many of each, with six in each who are spread over the nodes. */
export async function crowdOf(proxy: Balancer, rooms: number): Promise<RoomGoer[]> {
  const users = await Promise.all(Array.from({ length: ROOM_SIZE }, () => register(proxy)));
  return Array.from({ length: rooms }).flatMap(() => {
    const roomId = `room-${randomUUID()}`;
    const raw = users.map(
      ({ token, username }) => new RawRoomGoer({ wsUrl: proxy.wsUrl, roomId, clientId: username, token }),
    );
    return [...raw, ...users.map(({ token }) => new CallRoomGoer({ url: proxy.url, roomId: `call-${roomId}`, token }))];
  });
}

/** Resolves once everyone is in its room and sees everyone who is there, and nobody else. @returns milliseconds */
export async function allAgree(goers: readonly RoomGoer[], waitMs: number): Promise<number> {
  const began = performance.now();
  await eventually(() => {
    const wrong = disagreements(goers);
    if (wrong.length > 0) throw new Error(`${wrong.length} pictures are wrong: ${wrong.slice(0, 3).join('\n')}`);
    return true;
  }, waitMs);
  return Math.round(performance.now() - began);
}
