import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { Cluster, Json } from '../../src/cluster/cluster.js';
import { ClusterUnderTest, entry, eventually, inbox, MakeCluster, ODD_NAMES } from './cluster-under-test.js';

export function topicsContract(make: MakeCluster): void {
  describe('topics', () => {
    let cluster: ClusterUnderTest;
    let a: Cluster;
    let b: Cluster;

    beforeEach(async () => {
      cluster = await make();
      [a, b] = cluster.nodes;
    });

    afterEach(async () => {
      await cluster.stop();
    });

    it('delivers to every subscriber on every node, the publisher included', async () => {
      const boxes = [inbox<Json>(), inbox<Json>(), inbox<Json>()] as const;
      await a.topics.subscribe('t', boxes[0].listener);
      await a.topics.subscribe('t', boxes[1].listener);
      await b.topics.subscribe('t', boxes[2].listener);
      await a.topics.publish('t', { n: 1 });
      await eventually(() => {
        for (const box of boxes) expect(box.got).toEqual([{ n: 1 }]);
      });
    });

    it('keeps the order in which a node published', async () => {
      const { got, listener } = inbox<Json>();
      await b.topics.subscribe('t', listener);
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      await Promise.all(numbers.map((n) => a.topics.publish('t', n)));
      await eventually(() => {
        expect(got).toEqual(numbers);
      });
    });

    it('keeps its place before what the same node does with the set of the same name', async () => {
      const { got, listener } = inbox<string>();
      await b.topics.subscribe('t', (message) => {
        listener(`said ${message as number}`);
      });
      await b.sets.watch('t', ({ entry: { data } }) => {
        listener(`set ${data as number}`);
      });
      const numbers = Array.from({ length: 50 }, (_, n) => n);
      for (const n of numbers) {
        void a.topics.publish('t', n);
        await a.sets.join('t', entry('m', 't', { data: n, taken: 'replace' }));
      }
      await eventually(() => {
        expect(got).toHaveLength(2 * numbers.length);
      });
      for (const n of numbers) expect(got.indexOf(`said ${n}`)).toBeLessThan(got.indexOf(`set ${n}`));
    });

    it('shows all subscribers one order while listeners publish', async () => {
      const first = inbox<Json>();
      const second = inbox<Json>();
      await a.topics.subscribe('t', (message) => {
        first.listener(message);
        if (typeof message === 'number' && message < 5) void a.topics.publish('t', message + 1);
      });
      await a.topics.subscribe('t', second.listener);
      await a.topics.publish('t', 1);
      await eventually(() => {
        expect(second.got).toEqual([1, 2, 3, 4, 5]);
        expect(first.got).toEqual([1, 2, 3, 4, 5]);
      });
    });

    it('calls no listener inside publish', async () => {
      const { got, listener } = inbox<Json>();
      await a.topics.subscribe('t', listener);
      const published = a.topics.publish('t', 1);
      expect(got).toEqual([]);
      await published;
      await eventually(() => {
        expect(got).toEqual([1]);
      });
    });

    it('keeps topics apart, whatever their names', async () => {
      const boxes = ODD_NAMES.map((name) => ({ name, ...inbox<Json>() }));
      for (const { name, listener } of boxes) await b.topics.subscribe(name, listener);
      for (const name of ODD_NAMES) await a.topics.publish(name, name);
      await eventually(() => {
        for (const { name, got } of boxes) expect(got).toEqual([name]);
      });
    });

    it('does not call a listener after it was cancelled, and the others go on', async () => {
      const gone = inbox<Json>();
      const here = inbox<Json>();
      const cancel = await a.topics.subscribe('t', gone.listener);
      await a.topics.subscribe('t', here.listener);
      await b.topics.publish('t', 1);
      cancel();
      cancel();
      const seen = gone.got.length;
      await b.topics.publish('t', 2);
      await eventually(() => {
        expect(here.got).toEqual([1, 2]);
      });
      expect(gone.got).toHaveLength(seen);
    });

    it('lets a listener cancel itself and another during delivery', async () => {
      const second = inbox<Json>();
      const last = inbox<Json>();
      const cancels: (() => void)[] = [];
      const first = inbox<Json>();
      const cancelBoth = (message: Json) => {
        first.listener(message);
        for (const cancel of cancels) cancel();
      };
      cancels.push(await a.topics.subscribe('t', cancelBoth));
      cancels.push(await a.topics.subscribe('t', second.listener));
      await a.topics.subscribe('t', last.listener);
      await a.topics.publish('t', 1);
      await a.topics.publish('t', 2);
      await eventually(() => {
        expect(last.got).toEqual([1, 2]);
      });
      expect(first.got).toEqual([1]);
      expect(second.got).toEqual([]);
    });

    it('counts the same listener subscribed twice as two', async () => {
      const { got, listener } = inbox<Json>();
      const cancel = await a.topics.subscribe('t', listener);
      await a.topics.subscribe('t', listener);
      await a.topics.publish('t', 1);
      await eventually(() => {
        expect(got).toEqual([1, 1]);
      });
      cancel();
      await a.topics.publish('t', 2);
      await eventually(() => {
        expect(got).toEqual([1, 1, 2]);
      });
    });

    it('logs a listener that throws; the others and the publisher go on', async () => {
      const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const { got, listener } = inbox<Json>();
      await a.topics.subscribe('t', () => {
        throw new Error('broken listener');
      });
      await a.topics.subscribe('t', listener);
      await a.topics.publish('t', 1);
      await a.topics.publish('t', 2);
      await eventually(() => {
        expect(got).toEqual([1, 2]);
      });
      expect(log).toHaveBeenCalledTimes(2);
      log.mockRestore();
    });

    it('delivers what was published, not what the publisher made of it later', async () => {
      const { got, listener } = inbox<Json>();
      await b.topics.subscribe('t', listener);
      const message = { list: [1] };
      const published = a.topics.publish('t', message);
      message.list.push(2);
      await published;
      await eventually(() => {
        expect(got).toEqual([{ list: [1] }]);
      });
    });

    it.each([
      ['only its outside', []],
      ['all of it', ['list' as const]],
    ])('delivers what was published when the publisher froze %s', async (_, inside) => {
      const { got, listener } = inbox<Json>();
      await b.topics.subscribe('t', listener);
      const message = { list: [1] };
      for (const part of inside) Object.freeze(message[part]);
      Object.freeze(message);
      const published = a.topics.publish('t', message);
      if (!Object.isFrozen(message.list)) message.list.push(2);
      await published;
      await eventually(() => {
        expect(got).toEqual([{ list: [1] }]);
      });
    });

    it('delivers what JSON makes of a frozen message', async () => {
      const { got, listener } = inbox<unknown>();
      await b.topics.subscribe('t', listener);
      const at = new Date(0);
      await a.topics.publish('t', Object.freeze({ at: Object.freeze(at), n: NaN, none: undefined }) as never);
      await eventually(() => {
        expect(got).toEqual([{ at: '1970-01-01T00:00:00.000Z', n: null }]);
      });
      expect(got[0]).not.toHaveProperty('none');
    });

    it('delivers messages frozen through and through', async () => {
      const { got, listener } = inbox<Json>();
      await b.topics.subscribe('t', listener);
      await a.topics.publish('t', { list: [{}] });
      await eventually(() => {
        expect(got).toHaveLength(1);
      });
      const message = got[0] as { list: Json[] };
      expect([message, message.list, message.list[0]].every((part) => Object.isFrozen(part))).toBe(true);
    });

    it('carries every JSON value, keys of a prototype included', async () => {
      const { got, listener } = inbox<Json>();
      await b.topics.subscribe('t', listener);
      const values = ['null', 'false', '0', '""', '[]', '{"__proto__":{"x":1},"constructor":null}'];
      for (const value of values) await a.topics.publish('t', JSON.parse(value) as Json);
      await eventually(() => {
        expect(got.map((value) => JSON.stringify(value))).toEqual(values);
      });
    });
  });
}
