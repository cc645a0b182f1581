import { expect, it } from 'vitest';
import { ManualClock } from '../../common/manual-clock.js';
import type { LobbyStats } from '../lobby-stats.js';
import { StatsTeller } from './stats-teller.js';

const numbers = (total_rooms: number): LobbyStats => ({
  total_rooms,
  waiting_rooms: 0,
  active_rooms: 0,
  total_players: 0,
});

it('tells the numbers when they have changed, at most once a second, while somebody listens (7.2)', async () => {
  const clock = new ManualClock();
  let present = numbers(1);
  let reads = 0;
  const read = () => {
    reads += 1;
    return Promise.resolve(present);
  };
  const teller = new StatsTeller(read, clock, (_, task) => void task());
  const told: number[] = [];
  const stop = teller.add(({ total_rooms }) => told.push(total_rooms), present);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await pass(3000);
  expect(told).toEqual([]);
  for (const n of [2, 3, 4]) {
    present = numbers(n);
    await pass(300);
  }
  await pass(100);
  expect(told).toEqual([4]);
  present = numbers(5);
  await pass(999);
  expect(told).toEqual([4]);
  await pass(1);
  expect(told).toEqual([4, 5]);
  stop();
  const before = reads;
  await pass(5000);
  expect(reads).toBe(before);
});
