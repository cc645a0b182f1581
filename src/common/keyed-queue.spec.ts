import { describe, expect, it } from 'vitest';
import { Unavailable } from './domain-error.js';
import { KeyedQueue } from './keyed-queue.js';

/** A task that ends when it is told to. */
function heldTask(log: string[], name: string) {
  let finish: (outcome?: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
  const task = async () => {
    log.push(`${name} begins`);
    await done;
    log.push(`${name} ends`);
    return name;
  };
  return { task, finish };
}

describe('KeyedQueue', () => {
  it('runs the tasks of a key one after the other, and those of others meanwhile', async () => {
    const queue = new KeyedQueue<string>(10);
    const log: string[] = [];
    const [first, second, other] = [heldTask(log, 'first'), heldTask(log, 'second'), heldTask(log, 'other')];
    const answers = [queue.run('a', first.task), queue.run('a', second.task), queue.run('b', other.task)];
    other.finish();
    await answers[2];
    expect(log).toEqual(['first begins', 'other begins', 'other ends']);
    first.finish();
    second.finish();
    expect(await Promise.all(answers)).toEqual(['first', 'second', 'other']);
    expect(log.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
    expect(queue.size).toBe(0);
  });

  it('goes on after a task that failed', async () => {
    const queue = new KeyedQueue<string>(10);
    const failing = heldTask([], 'failing');
    const first = queue.run('a', failing.task);
    const second = queue.run('a', () => Promise.resolve('second'));
    failing.finish(new Error('no'));
    await expect(first).rejects.toThrow('no');
    expect(await second).toBe('second');
  });

  it('refuses what is too many, and keeps those who wait', async () => {
    const queue = new KeyedQueue<string>(1);
    const held = heldTask([], 'held');
    const first = queue.run('a', held.task);
    const second = queue.run('a', () => Promise.resolve('second'));
    await expect(queue.run('a', () => Promise.resolve('third'))).rejects.toThrow(Unavailable);
    held.finish();
    expect(await Promise.all([first, second])).toEqual(['held', 'second']);
  });
});
