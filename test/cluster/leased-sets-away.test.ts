import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../contract/cluster-under-test.js';
import { eventually } from '../support/eventually.js';
import { follow, LeaseScene, names } from './support/lease-scene.js';
import type { Node } from './support/lease-scene.js';

describe('leased sets without Redis', () => {
  let scene: LeaseScene;
  let a: Node;
  let b: Node;

  beforeEach(async () => {
    scene = await LeaseScene.start();
    [a, b] = [await scene.open(), await scene.open()];
  });

  afterEach(() => scene.stop());

  describe('a Redis that is away', () => {
    it('does not keep a node from going on with what it knows, nor tells anyone of a leave', async () => {
      await a.cluster.sets.join('s', entry('x'));
      await b.cluster.sets.join('s', entry('y'));
      const [onA, onB] = await Promise.all([follow(a), follow(b)]);
      await scene.redis.kill();
      await scene.allAre('away');
      const { sets } = a.cluster;
      const joined = await sets.join('s', entry('z', 'z1', { data: 1 }));
      expect(joined).toMatchObject({ status: 'joined', order: 3, members: [{ member: 'x' }, { member: 'y' }, {}] });
      expect(await sets.join('s', entry('full', 'f1', { limit: 3 }))).toEqual({ status: 'full' });
      expect(await sets.join('s', entry('z', 'z2', { taken: 'refuse' }))).toEqual({ status: 'taken' });
      expect(await sets.join('s', entry('z', 'z2', { data: 2 }))).toMatchObject({ status: 'replaced', order: 3 });
      expect(await sets.update('s', 'z', 'z1', 3)).toBe(false);
      expect(await sets.update('s', 'z', 'z2', 3)).toBe(true);
      expect(await sets.leave('s', 'x', 'token of x')).toBe(true);
      expect(await names(a)).toEqual(['y', 'z']);
      expect(await sets.join('new', entry('n'))).toMatchObject({ status: 'joined', order: 1 });
      expect(await names(a, 'new')).toEqual(['n']);
      expect((await sets.watch('new', () => undefined)).snapshot.members).toMatchObject([{ member: 'n' }]);
      await eventually(() => onA.told().length === 4);
      expect(onA.told()).toEqual(['joined z', 'replaced z', 'updated z', 'left x']);
      expect(onA.versionsGrow()).toBe(true);
      expect(onB.told()).toEqual([]);
    });

    it('gets both halves when it is back: who came, who went, who stayed', async () => {
      for (const member of ['x', 'x gone']) await a.cluster.sets.join('s', entry(member));
      for (const member of ['y', 'y gone']) await b.cluster.sets.join('s', entry(member));
      const seen = await Promise.all([follow(a), follow(b)]);
      await scene.redis.kill();
      await scene.allAre('away');
      for (const [{ cluster }, name] of [
        [a, 'x'],
        [b, 'y'],
      ] as const) {
        await cluster.sets.leave('s', `${name} gone`, `token of ${name} gone`);
        await cluster.sets.join('s', entry(`${name} new`));
        await cluster.sets.join('other', entry(name));
      }
      await scene.redis.restart();
      await scene.allAre('here');
      const all = ['x', 'x new', 'y', 'y new'];
      await eventually(async () => (await names(a)).sort().join() === all.join());
      await eventually(async () => (await names(a, 'other')).sort().join() === 'x,y');
      for (const { state, versionsGrow } of seen) {
        await eventually(() => state().sort().join() === all.join());
        expect(versionsGrow()).toBe(true);
      }
      const { members } = await b.cluster.sets.read('s');
      expect(new Set(members.map(({ order }) => order)).size).toBe(4);
    });

    it('has the earlier comers first when it is back, each with its own order where that is free', async () => {
      await a.cluster.sets.join('s', entry('a1'));
      await b.cluster.sets.join('s', entry('b2'));
      const seen = await Promise.all([follow(a), follow(b)]);
      await scene.redis.kill();
      await scene.allAre('away');
      // Both sides give the orders 3 and 4; of a3 and b3, and of a4 and b4, the one of b came first.
      for (const [{ cluster }, member] of [
        [b, 'b3'],
        [b, 'b4'],
        [a, 'a3'],
        [a, 'a4'],
      ] as const) {
        await cluster.sets.join('s', entry(member));
        await sleep(5);
      }
      await scene.redis.restart();
      await scene.allAre('here');
      const orders = async ({ cluster: { sets } }: Node) =>
        (await sets.read('s')).members.map(({ member, order }) => `${member} ${order}`).join();
      const all = 'a1 1,b2 2,b3 3,b4 4,a3 5,a4 6';
      for (const node of [a, b]) await eventually(async () => (await orders(node)) === all);
      for (const { state, versionsGrow } of seen) {
        await eventually(() => state().join() === 'a1,b2,b3,b4,a3,a4');
        expect(versionsGrow()).toBe(true);
      }
      expect(await a.cluster.sets.join('s', entry('late'))).toMatchObject({ order: 7 });
    });

    it('has one of two who took a place on both sides, and the other is told whom it was taken by', async () => {
      const seen = await Promise.all([follow(a), follow(b)]);
      await scene.redis.kill();
      await scene.allAre('away');
      await a.cluster.sets.join('s', entry('x', 'x of a'));
      await sleep(5);
      await b.cluster.sets.join('s', entry('x', 'x of b'));
      await scene.redis.restart();
      await scene.allAre('here');
      await eventually(() => seen[0].told().includes('replaced x'));
      expect(seen[0].got.at(-1)).toMatchObject({ kind: 'replaced', previousToken: 'x of a' });
      expect(await a.cluster.sets.leave('s', 'x', 'x of a')).toBe(false);
      expect(await b.cluster.sets.leave('s', 'x', 'x of b')).toBe(true);
    });

    it('ends graces meanwhile where they were begun', async () => {
      await a.cluster.sets.join('s', entry('x'));
      await a.cluster.sets.join('s', entry('stays'));
      const seen = await follow(a);
      await scene.redis.kill();
      await scene.allAre('away');
      await a.cluster.sets.leave('s', 'x', 'token of x', { graceMs: 300 });
      await eventually(() => seen.told().includes('left x'));
      await scene.redis.restart();
      await scene.allAre('here');
      await eventually(async () => (await names(b)).join() === 'stays');
    });

    it('is frozen: no call hangs, and what was done meanwhile counts', async () => {
      await a.cluster.sets.join('s', entry('x'));
      const seen = await follow(b);
      scene.redis.freeze();
      const begun = Date.now();
      expect(await a.cluster.sets.join('s', entry('z'))).toMatchObject({ status: 'joined' });
      expect(await a.cluster.sets.leave('s', 'x', 'token of x')).toBe(true);
      expect(Date.now() - begun).toBeLessThan(5000);
      await scene.allAre('away');
      scene.redis.thaw();
      await scene.allAre('here');
      await eventually(() => seen.state().join() === 'z');
      expect(await names(b)).toEqual(['z']);
    });
  });
});
