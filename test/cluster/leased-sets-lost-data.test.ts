import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../contract/cluster-under-test.js';
import { eventually } from '../support/eventually.js';
import { die, follow, LeaseScene, names } from './support/lease-scene.js';
import type { Node } from './support/lease-scene.js';

describe('leased sets in a Redis that loses something', () => {
  let scene: LeaseScene;
  let a: Node;
  let b: Node;

  beforeEach(async () => {
    scene = await LeaseScene.start();
    [a, b] = [await scene.open(), await scene.open()];
  });

  afterEach(() => scene.stop());

  describe('a Redis that has lost everything', () => {
    const fill = async () => {
      for (const member of ['x1', 'x2', 'x3']) await a.cluster.sets.join('s', entry(member));
      for (const member of ['y1', 'y2', 'y3']) await b.cluster.sets.join('s', entry(member));
      await a.cluster.sets.join('unwatched', entry('u'));
      await a.cluster.sets.update('s', 'x1', 'token of x1', { n: 1 });
      return Promise.all([follow(a), follow(b)]);
    };
    const everyone = ['x1', 'x2', 'x3', 'y1', 'y2', 'y3'];

    it('by a flush is told all of it again, and no one hears of a leave', async () => {
      const seen = await fill();
      const before = await a.cluster.sets.read('s');
      await scene.redis.command('FLUSHALL');
      await eventually(async () => (await names(a)).length === 6);
      await eventually(async () => (await names(b, 'unwatched')).length === 1);
      const after = await b.cluster.sets.read('s');
      expect(after.members).toEqual(before.members);
      expect(after.version).toBeGreaterThan(before.version);
      await b.cluster.sets.join('s', entry('late'));
      for (const { state, told, versionsGrow } of seen) {
        await eventually(() => state().includes('late'));
        expect(told()).toEqual(['joined late']);
        expect(versionsGrow()).toBe(true);
      }
    });

    it('by a kill, and comes back empty, is told all of it again too', async () => {
      const seen = await fill();
      await scene.redis.kill();
      await scene.allAre('away');
      await scene.redis.restart();
      await scene.allAre('here');
      await eventually(async () => (await names(a)).length === 6);
      await b.cluster.sets.leave('s', 'y1', 'token of y1');
      for (const { state, told } of seen) {
        await eventually(() => state().length === 5);
        expect(told()).toEqual(['left y1']);
      }
    });

    it('together with a node that died has that node leave, a little later', async () => {
      const [, seen] = await fill();
      await die(a);
      await scene.redis.command('FLUSHALL');
      await eventually(() => seen.state().length === 3, 8000);
      expect(seen.told().sort()).toEqual(['left x1', 'left x2', 'left x3']);
      expect(await names(b)).toEqual(everyone.slice(3));
    });
  });

  it('what notifications were lost is told as one delta per difference', async () => {
    await a.cluster.sets.join('s', entry('x'));
    const seen = await follow(b);
    const cut = setInterval(() => void scene.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'), 20);
    try {
      for (let n = 0; n < 100; n += 1) {
        await a.cluster.sets.join('s', entry(`m${n}`));
        if (n > 0) await a.cluster.sets.leave('s', `m${n - 1}`, `token of m${n - 1}`);
      }
    } finally {
      clearInterval(cut);
    }
    await eventually(() => seen.state().join() === 'x,m99');
    expect(seen.versionsGrow()).toBe(true);
    expect(await b.cluster.sets.join('s', entry('marker'))).toMatchObject({ status: 'joined' });
    await eventually(() => seen.state().includes('marker'));
  });

  it('keeps nothing in Redis of what has left, and lets the rest expire', async () => {
    await a.cluster.sets.join('s', entry('x'));
    await b.cluster.sets.join('s', entry('y'));
    const keys = (await scene.redis.command('KEYS', '*set:s*')) as string[];
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(await scene.redis.command('PTTL', key)).toBeGreaterThan(3_600_000);
    await a.cluster.sets.leave('s', 'x', 'token of x');
    await b.cluster.sets.leave('s', 'y', 'token of y');
    await eventually(
      async () => ((await scene.redis.command('KEYS', '*')) as string[]).join() === 'parley:{nodes}:living',
    );
  });
});
