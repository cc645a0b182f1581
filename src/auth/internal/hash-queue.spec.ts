import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../common/domain-error.js';
import { HashQueue } from './hash-queue.js';

describe('HashQueue', () => {
  it('runs two at once, lets three wait in their order, and refuses the next', async () => {
    const queue = new HashQueue(2, 3);
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const results = Array.from({ length: 6 }, (_, index) =>
      queue.run(() => {
        started.push(index);
        return new Promise<void>((resolve) => (finish[index] = resolve));
      }),
    );
    await expect(results[5]).rejects.toBeInstanceOf(RateLimited);
    expect(started).toEqual([0, 1]);
    for (const index of [1, 0, 2, 3, 4]) {
      finish[index]!();
      await results[index];
    }
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('goes on after a job that fails', async () => {
    const queue = new HashQueue(1, 1);
    const failing = queue.run(() => Promise.reject(new Error('on purpose')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('on purpose');
    expect(await next).toBe('done');
    expect(await queue.run(() => Promise.resolve('again'))).toBe('again');
  });
});
