import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roomScope } from '../../src/signaling/room-seat.js';
import { SignalingRooms } from '../../src/signaling/signaling-rooms.js';
import { enterRoom, heardBefore, newRoom, roomOf } from '../support/room-scene.js';
import { register, typesOf } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let open: TestApp;
let alice: Actor;
let bob: Actor;
let carol: Actor;

beforeAll(async () => {
  app = await startTestApp();
  // Without a limit on what a connection sends.
  open = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' }, databaseUrl: app.databaseUrl });
  [alice, bob, carol] = [await register(app, 'alice'), await register(app, 'bob'), await register(app, 'carol')];
});
afterAll(async () => {
  await open.close();
  await app.close();
});

describe('rooms under abuse', () => {
  it('R2: a flood of candidates is rate_limited, then 4429; the room goes on, and is told once that the flooder left', async () => {
    const [a, b, c] = await roomOf(newRoom(), alice, bob, carol);
    let n = 0;
    // A second in which something is refused is a strike, and the third one ends it.
    const flood = setInterval(() => {
      for (let burst = 0; burst < 100; burst += 1)
        b.client.send({ type: 'ice_candidate', candidate: { n: n++ }, to: a.id });
    }, 100);
    const { code } = await b.client.closed;
    clearInterval(flood);
    expect(code).toBe(4429);
    expect(typesOf(b.client.seen)).toContain('error');
    expect(b.client.seen.find(({ type }) => type === 'error')).toMatchObject({ code: 'rate_limited' });
    await a.client.until('user_left');
    const told = await heardBefore(a, c);
    const numbers = told.flatMap(({ candidate }) => (candidate ? [(candidate as { n: number }).n] : []));
    expect(numbers.length).toBeLessThan(n / 2);
    expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
    expect(told.filter(({ type }) => type === 'user_left')).toHaveLength(1);
  });

  it('R2: an offer that is replayed is relayed again, and a body of 200 KB ends its connection with 1009', async () => {
    const [a, b, c] = await roomOf(newRoom(), alice, bob, carol);
    for (let n = 0; n < 3; n += 1) a.client.send({ type: 'offer', offer: { sdp: 'v=0' }, to: b.id });
    expect(typesOf(await heardBefore(b, a))).toEqual(['offer', 'offer', 'offer']);
    a.client.send({ type: 'offer', offer: { sdp: 'x'.repeat(200_000) }, to: b.id });
    expect(await a.client.closed).toMatchObject({ code: 1009 });
    await c.client.until('user_left', 10_000);
    expect((await heardBefore(b, c)).map(({ type }) => type)).toEqual(['user_left']);
  }, 30_000);

  it('Z3: nothing reaches one who was removed, however much was on its way; the flooder is told that it has gone', async () => {
    const room = newRoom();
    const [flooder, victim] = [
      await enterRoom(alice.on(open), room, 'flooder'),
      await enterRoom(bob.on(open), room, 'victim'),
    ];
    let n = 0;
    const flood = setInterval(() => {
      for (let burst = 0; burst < 50; burst += 1) flooder.client.send({ type: 'data', data: { n: n++ }, to: 'victim' });
    }, 1);
    await victim.client.next('data');
    expect(await open.app.get(SignalingRooms).remove(roomScope('room', room), 'victim', 'removed')).toBe(true);
    const received = victim.client.seen.length;
    expect(await victim.client.closed).toMatchObject({ code: 4403 });
    clearInterval(flood);
    const late = victim.client.seen.slice(received).filter(({ type }) => type === 'data');
    // Those that were in its socket when the removal was acknowledged; then there is nothing more.
    expect(late.length).toBeLessThan(200);
    expect(await flooder.client.request({ type: 'data', data: {}, to: 'victim' })).toMatchObject({
      code: 'target_not_found',
    });
    expect(flooder.client.seen.filter(({ type }) => type === 'user_left')).toHaveLength(1);
  });

  it('a flood at one who is away is kept up to a bound, and the others get all of it', async () => {
    const room = newRoom();
    const [a, b, c] = [
      await enterRoom(alice.on(open), room, 'a'),
      await enterRoom(bob.on(open), room, 'b'),
      await enterRoom(carol.on(open), room, 'c'),
    ];
    b.client.terminate();
    await b.client.closed;
    for (let n = 0; n < 1000; n += 1) a.client.send({ type: 'data', data: { n } });
    await a.client.untilMarker();
    const again = await enterRoom(bob.on(open), room, 'b');
    const kept = (await heardBefore(again, a)).map(({ data }) => (data as { n: number }).n);
    expect(kept).toEqual(Array.from({ length: 128 }, (_, n) => n));
    expect((await heardBefore(c, a)).filter(({ type }) => type === 'data')).toHaveLength(1000);
  });

  it('N4: names that mean something to JavaScript are names like any other', async () => {
    const room = 'constructor';
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const guests = [];
    for (const name of names) guests.push(await enterRoom(alice, room, name));
    const last = guests.at(-1)!;
    expect((last.entry['users'] as { client_id: string }[]).map(({ client_id }) => client_id)).toEqual(
      names.slice(0, 3),
    );
    for (const [n, name] of names.slice(0, 3).entries()) {
      last.client.send({ type: 'data', data: { n }, to: name });
      expect(await guests[n]!.client.next('data')).toMatchObject({ data: { n }, from: 'hasOwnProperty' });
    }
    await guests[0]!.client.close();
    expect(await last.client.next('user_left')).toMatchObject({ client_id: '__proto__' });
    for (const { client } of guests) await client.close();
  });
});
