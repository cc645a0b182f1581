import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeasedSets } from '../../src/cluster/cluster.js';
import { RedisBackplane } from '../../src/cluster/internal/redis/redis-backplane.js';
import { RedisLink } from '../../src/cluster/internal/redis/redis-link.js';
import { entry } from '../contract/cluster-under-test.js';
import { eventually } from '../support/eventually.js';
import { LeaseScene } from './support/lease-scene.js';
import type { Node } from './support/lease-scene.js';
import { StoppableClock } from './support/stoppable-clock.js';

/** How many entries all maps, sets and arrays that the object holds have together, but for those of the connection. */
function held(part: unknown, seen = new Set()): number {
  if (typeof part !== 'object' || part === null || seen.has(part)) return 0;
  if (part instanceof RedisLink || part instanceof RedisBackplane || part instanceof StoppableClock) return 0;
  seen.add(part);
  if (part instanceof Map || part instanceof Set) return part.size;
  if (Array.isArray(part)) return 0;
  return Object.values(part).reduce((sum: number, inner) => sum + held(inner, seen), 0);
}

/** Comes, changes and goes in every way, in many scopes. */
async function live({ cluster: { sets } }: Node): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    const { stop } = await sets.watch(`s${n}`, () => undefined);
    for (const member of ['x', 'y', 'z']) await sets.join(`s${n}`, entry(member));
    await sets.join(`unwatched${n}`, entry('x'));
    await sets.join(`s${n}`, entry('x', 'another'));
    await sets.update(`s${n}`, 'y', 'token of y', n);
    await sets.leave(`s${n}`, 'x', 'another');
    await sets.leave(`s${n}`, 'y', 'token of y', { graceMs: 200 });
    await sets.leave(`s${n}`, 'z', 'token of z', { graceMs: 60_000 });
    await sets.join(`full${n}`, entry('x', 'x', { limit: 0 }));
    await sets.read(`nowhere${n}`);
    expect(held(sets)).toBeGreaterThan(2);
    stop();
    await sets.leave(`s${n}`, 'z', 'token of z');
    await sets.leave(`unwatched${n}`, 'x', 'token of x');
  }
}

const isEmpty = (sets: LeasedSets) => eventually(() => held(sets) === 0);

describe('what a node holds of leased sets', () => {
  let scene: LeaseScene;
  let node: Node;

  beforeEach(async () => {
    scene = await LeaseScene.start();
    node = await scene.open();
  });

  afterEach(() => scene.stop());

  it('is nothing once everything has left and nobody watches', async () => {
    expect(held(node.cluster.sets)).toBe(0);
    await live(node);
    await isEmpty(node.cluster.sets);
  });

  it('is nothing too when that was while Redis was away, and after it', async () => {
    await node.cluster.sets.join('before', entry('x'));
    await scene.redis.kill();
    await scene.allAre('away');
    await live(node);
    await node.cluster.sets.leave('before', 'x', 'token of x');
    await scene.redis.restart();
    await scene.allAre('here');
    await isEmpty(node.cluster.sets);
  });
});
