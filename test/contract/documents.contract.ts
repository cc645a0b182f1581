import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Documents, Json } from '../../src/cluster/cluster.js';
import { ClusterUnderTest, eventually, MakeCluster, ODD_NAMES } from './cluster-under-test.js';

const TTL = { ttlMs: 60_000 };
const increment = (value: Json | undefined): Json => Number(value ?? 0) + 1;

export function documentsContract(make: MakeCluster): void {
  describe('documents', () => {
    let cluster: ClusterUnderTest;
    let a: Documents;
    let b: Documents;

    beforeEach(async () => {
      cluster = await make();
      [a, b] = [cluster.nodes[0].documents, cluster.nodes[1].documents];
    });

    afterEach(async () => {
      await cluster.stop();
    });

    it('has nothing at first', async () => {
      expect(await a.get('k')).toBeUndefined();
    });

    it('stores what change returns and resolves with what is stored now', async () => {
      const stored = await a.update('k', (value) => ({ was: value ?? 'absent' }), TTL);
      expect(stored?.value).toEqual({ was: 'absent' });
      expect(await b.get('k')).toEqual(stored);
    });

    it('loses no update of many at once, on several nodes', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? a : b).update('k', increment, TTL)));
      expect((await a.get('k'))?.value).toBe(50);
    });

    it('grows the version with every store', async () => {
      const versions: number[] = [];
      for (let n = 0; n < 4; n += 1) versions.push((await a.update('k', increment, TTL))!.version);
      expect(versions[0]).toBeGreaterThan(0);
      expect(versions).toEqual([...new Set(versions)].sort((x, y) => x - y));
    });

    it('deletes when change returns undefined', async () => {
      await a.update('k', () => 1, TTL);
      expect(await b.update('k', () => undefined, TTL)).toBeUndefined();
      expect(await a.get('k')).toBeUndefined();
      expect(await a.update('k', () => undefined, TTL)).toBeUndefined();
    });

    it('changes nothing and rejects when change throws', async () => {
      const before = await a.update('k', () => 1, TTL);
      const failing = a.update(
        'k',
        () => {
          throw new Error('no seat');
        },
        TTL,
      );
      await expect(failing).rejects.toThrow('no seat');
      expect(await a.get('k')).toEqual(before);
    });

    it('lets one of many compare-and-sets at one version win', async () => {
      const created = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 ? a : b).compareAndSet('k', 0, n, TTL)),
      );
      const winners = created.filter((document) => document !== undefined);
      expect(winners).toHaveLength(1);
      expect(await a.get('k')).toEqual(winners[0]);
    });

    it('stores only at the version given', async () => {
      const first = (await a.compareAndSet('k', 0, 'one', TTL))!;
      const second = (await b.compareAndSet('k', first.version, 'two', TTL))!;
      expect(second.value).toBe('two');
      expect(await a.compareAndSet('k', first.version, 'late', TTL)).toBeUndefined();
      expect(await a.compareAndSet('k', 0, 'new', TTL)).toBeUndefined();
      expect(await a.get('k')).toEqual(second);
    });

    it('does not take a document that was made again for the old one', async () => {
      const old = (await a.compareAndSet('k', 0, 'old', TTL))!;
      await a.update('k', () => undefined, TTL);
      const again = (await b.compareAndSet('k', 0, 'again', TTL))!;
      expect(again.version).toBeGreaterThan(old.version);
      expect(await a.compareAndSet('k', old.version, 'late', TTL)).toBeUndefined();
    });

    it('ends with its time to live', async () => {
      await a.update('k', () => 1, { ttlMs: 1000 });
      await cluster.advance(500);
      expect((await a.get('k'))?.value).toBe(1);
      await cluster.advance(600);
      await eventually(async () => {
        expect(await b.get('k')).toBeUndefined();
      });
    });

    it('starts the time to live anew with each store', async () => {
      await a.update('k', () => 1, { ttlMs: 1000 });
      await cluster.advance(600);
      const { version } = (await b.update('k', () => 2, { ttlMs: 1000 }))!;
      await cluster.advance(600);
      expect(await b.compareAndSet('k', version, 3, { ttlMs: 1000 })).toBeDefined();
      await cluster.advance(600);
      expect((await a.get('k'))?.value).toBe(3);
    });

    it('does not start the time to live anew with a read', async () => {
      await a.update('k', () => 1, { ttlMs: 1000 });
      await cluster.advance(600);
      await a.get('k');
      await cluster.advance(600);
      await eventually(async () => {
        expect(await a.get('k')).toBeUndefined();
      });
    });

    it('keeps keys apart, whatever their names', async () => {
      for (const name of ODD_NAMES) expect(await a.get(name)).toBeUndefined();
      for (const name of ODD_NAMES) await a.update(name, () => name, TTL);
      for (const name of ODD_NAMES) expect((await b.get(name))?.value).toBe(name);
    });

    it('keeps a copy of what it is given, and gives out what is frozen', async () => {
      const value = { list: [1] };
      const stored = a.compareAndSet('k', 0, value, TTL);
      value.list.push(2);
      await stored;
      await a.update('k', (present) => (Object.isFrozen(present) ? (present ?? null) : 'not frozen'), TTL);
      const read = (await a.get('k'))!;
      expect(read.value).toEqual({ list: [1] });
      const parts = [read, read.value, (read.value as { list: Json }).list];
      expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    });

    it('tells a stored null from nothing', async () => {
      const stored = await a.update('k', () => null, TTL);
      expect(stored?.value).toBeNull();
      expect(await a.update('k', (value) => (value === null ? 'was null' : 'was absent'), TTL)).toMatchObject({
        value: 'was null',
      });
    });
  });
}
