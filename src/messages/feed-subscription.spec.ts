import { beforeEach, describe, expect, it } from 'vitest';
import type { UserId } from '../common/ids.js';
import { FeedSubscription } from './feed-subscription.js';
import type { Change } from './message.js';

/** Runs that wait for a stream that is stopped. */
const WAITING = 64;

let given: number[];
/** The number that the stream stops behind; undefined: nowhere. */
let stopBehind: number | undefined;
let subscription: FeedSubscription;

beforeEach(async () => {
  given = [];
  stopBehind = undefined;
  const subscriber = {
    userId: 'alice' as UserId,
    deliver: (run: readonly Change[], from: number) => void given.push(...run.slice(from).map(({ rev }) => rev)),
    drained: () => Promise.resolve(),
    revoked: () => undefined,
  };
  const nothing = { changes: [], head: 0, hasMore: false };
  subscription = new FeedSubscription(subscriber, {
    remove: () => undefined,
    readFrom: () => Promise.resolve(nothing),
  });
  subscription.stops = {
    until: (run: readonly Change[]) => {
      const last = run.findIndex(({ rev }) => rev > (stopBehind ?? Number.MAX_SAFE_INTEGER));
      return last < 0 ? run.length : last;
    },
  };
  await subscription.release(0);
});

const run = (from: number, to = from) => Array.from({ length: to - from + 1 }, (_, n) => ({ rev: from + n }) as Change);
const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

describe('a live stream that its subscriber stops', () => {
  it('gives what comes before the stop, and the rest in order once it is resumed', () => {
    stopBehind = 2;
    subscription.take(run(1, 4));
    subscription.take(run(5));
    expect(given).toEqual([1, 2]);
    expect([subscription.isAt(2), subscription.isAt(3)]).toEqual([true, false]);
    stopBehind = undefined;
    subscription.resume();
    expect(given).toEqual(upTo(5));
  });

  it('stops again where it has to, be it within the same run', () => {
    stopBehind = 1;
    subscription.take(run(1, 3));
    stopBehind = 2;
    subscription.resume();
    subscription.take(run(4));
    expect(given).toEqual([1, 2]);
    stopBehind = undefined;
    subscription.resume();
    expect(given).toEqual(upTo(4));
  });

  it('goes on by itself, in order, when more waits than may', () => {
    stopBehind = 0;
    for (const rev of upTo(WAITING)) subscription.take(run(rev));
    expect(given).toEqual([]);
    subscription.take(run(WAITING + 1));
    expect(given).toEqual(upTo(WAITING + 1));
    subscription.resume();
    expect(given).toEqual(upTo(WAITING + 1));
  });

  it('gives nothing more to one who has been detached meanwhile', () => {
    stopBehind = 1;
    subscription.take(run(1, 2));
    subscription.detach();
    subscription.resume();
    expect(given).toEqual([1]);
  });
});
