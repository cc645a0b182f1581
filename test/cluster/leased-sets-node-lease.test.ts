import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../contract/cluster-under-test.js';
import { eventually } from '../support/eventually.js';
import { die, follow, LeaseScene, names, QUICK } from './support/lease-scene.js';
import type { Node } from './support/lease-scene.js';

describe('the lease of a node', () => {
  let scene: LeaseScene;
  let a: Node;
  let b: Node;

  beforeEach(async () => {
    scene = await LeaseScene.start();
    [a, b] = [await scene.open(), await scene.open()];
  });

  afterEach(() => scene.stop());

  describe('a node that dies', () => {
    it('takes its entries with it once its lease is over, and no others', async () => {
      await a.cluster.sets.join('s', entry('x'));
      await a.cluster.sets.join('t', entry('x'));
      await b.cluster.sets.join('s', entry('y'));
      const seen = await follow(b);
      await die(a);
      await eventually(() => seen.told().length > 0, 8000);
      expect(seen.told()).toEqual(['left x']);
      expect(await names(b)).toEqual(['y']);
      await eventually(async () => (await names(b, 't')).length === 0);
    });

    it('leaves one in its grace until that is over', async () => {
      await a.cluster.sets.join('s', entry('x'));
      await a.cluster.sets.leave('s', 'x', 'token of x', { graceMs: 4000 });
      const begun = Date.now();
      await die(a);
      await sleep(2500);
      expect(await names(b)).toEqual(['x']);
      await eventually(async () => (await names(b)).length === 0, 8000);
      expect(Date.now() - begun).toBeGreaterThanOrEqual(4000);
    });

    it('does not end what another node has taken over', async () => {
      await a.cluster.sets.join('s', entry('x', 'x1'));
      await b.cluster.sets.join('s', entry('x', 'x2'));
      await a.cluster.sets.join('s', entry('y', 'y1'));
      await die(a);
      await eventually(async () => (await names(b)).length === 1, 8000);
      expect(await names(b)).toEqual(['x']);
    });
  });

  it('a node that stops has its graces ended by the others', async () => {
    await a.cluster.sets.join('s', entry('x'));
    await a.cluster.sets.leave('s', 'x', 'token of x', { graceMs: 500 });
    const seen = await follow(b);
    await a.cluster.close();
    await eventually(() => seen.told().length > 0);
    expect(seen.told()).toEqual(['left x']);
  });

  it('a node that was taken for dead while it ran has its entries back, under a new name', async () => {
    await a.cluster.sets.join('s', entry('x'));
    const seen = await follow(b);
    a.clock.stop();
    await eventually(() => seen.told().includes('left x'), 8000);
    a.clock.go();
    await eventually(() => seen.told().includes('joined x'));
    expect(await a.cluster.sets.leave('s', 'x', 'token of x')).toBe(true);
    await eventually(() => seen.state().length === 0);
    expect(await names(b)).toEqual([]);
  });

  describe('a node that stood still', () => {
    const FROZEN = { ...QUICK, frozenMs: 1000 };

    it('gives itself up, and what it held is gone', async () => {
      const c = await scene.open(FROZEN);
      let fenced = 0;
      c.cluster.backplane.on('fenced', () => {
        fenced += 1;
      });
      await c.cluster.sets.join('s', entry('x'));
      await b.cluster.sets.join('s', entry('y'));
      const [seen, own] = [await follow(b), await follow(c)];
      c.clock.stop();
      await eventually(() => seen.told().includes('left x'), 8000);
      c.clock.go();
      await eventually(() => fenced === 1);
      await eventually(() => own.state().join() === 'y');
      expect(await c.cluster.sets.leave('s', 'x', 'token of x')).toBe(false);
      await c.cluster.sets.join('s', entry('z'));
      await eventually(() => seen.state().join() === 'y,z');
      expect(seen.told()).toEqual(['left x', 'joined z']);
    });

    it('and that nobody has missed yet is told to the clients only', async () => {
      const c = await scene.open({ ...FROZEN, leaseMs: 60_000 });
      let fenced = 0;
      c.cluster.backplane.on('fenced', () => {
        fenced += 1;
      });
      await c.cluster.sets.join('s', entry('x'));
      const seen = await follow(b);
      c.clock.stop();
      await sleep(1200);
      c.clock.go();
      await eventually(() => fenced === 1);
      expect(await c.cluster.sets.leave('s', 'x', 'token of x', { graceMs: 1000 })).toBe(true);
      await eventually(() => seen.told().includes('leaving x'));
    });
  });
});
