import { beforeEach, describe, expect, it } from 'vitest';
import { BackgroundTasks } from '../common/background-tasks.js';
import { ManualClock } from '../common/manual-clock.js';
import { TYPING_EXPIRY_MS, TypingService } from './typing.service.js';

const CONNECTION = {};

let clock: ManualClock;
let typing: TypingService;
let told: boolean[];
const announce = (isTyping: boolean) => {
  told.push(isTyping);
  return Promise.resolve();
};

beforeEach(() => {
  clock = new ManualClock();
  typing = new TypingService(clock, new BackgroundTasks());
  told = [];
});

describe('typing (2)', () => {
  it('ends by itself after 6 s', async () => {
    await typing.set(CONNECTION, true, announce);
    clock.advance(5999);
    expect(told).toEqual([true]);
    clock.advance(1);
    expect(told).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });

  it('is renewed by another notice', async () => {
    await typing.set(CONNECTION, true, announce);
    clock.advance(TYPING_EXPIRY_MS - 1);
    await typing.set(CONNECTION, true, announce);
    clock.advance(TYPING_EXPIRY_MS - 1);
    expect(told).toEqual([true, true]);
    clock.advance(1);
    expect(told).toEqual([true, true, false]);
  });

  it('that was ended does not end again', async () => {
    await typing.set(CONNECTION, true, announce);
    await typing.set(CONNECTION, false, announce);
    await typing.end(CONNECTION);
    clock.advance(TYPING_EXPIRY_MS);
    expect(told).toEqual([true, false]);
  });

  it('ends with its connection, and not with another', async () => {
    await typing.set(CONNECTION, true, announce);
    await typing.end({});
    expect(told).toEqual([true]);
    await typing.end(CONNECTION);
    expect(told).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });
});
