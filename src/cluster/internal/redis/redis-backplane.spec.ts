import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { RedisBackplane } from './redis-backplane.js';

function told(backplane: RedisBackplane): string[] {
  const events: string[] = [];
  for (const event of ['lost', 'restored', 'fenced'] as const) backplane.on(event, () => events.push(event));
  return events;
}

describe('how a Redis is', () => {
  it('is away until it has been reached', () => {
    const backplane = new RedisBackplane();
    const events = told(backplane);
    backplane.lose();
    expect([backplane.away, events]).toEqual([true, []]);
    backplane.restore();
    expect([backplane.away, events]).toEqual([false, ['restored']]);
  });

  it('is lost once, and restored as often as something may have been missed', () => {
    const backplane = new RedisBackplane();
    backplane.restore();
    const events = told(backplane);
    backplane.restore();
    backplane.lose();
    backplane.lose();
    backplane.restore();
    backplane.fence();
    expect(events).toEqual(['restored', 'lost', 'restored', 'fenced']);
  });

  it('logs a listener that throws, goes on with the others, and calls none after its end', () => {
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const backplane = new RedisBackplane();
    const stop = backplane.on('restored', () => {
      throw new Error('broken listener');
    });
    const events = told(backplane);
    backplane.restore();
    expect([log.mock.calls.length, events]).toEqual([1, ['restored']]);
    stop();
    stop();
    backplane.restore();
    expect([log.mock.calls.length, events]).toEqual([1, ['restored', 'restored']]);
    log.mockRestore();
  });

  it('tells those who listened when it began and still do', () => {
    const backplane = new RedisBackplane();
    const events: string[] = [];
    const stops = [1, 2].map(() =>
      backplane.on('restored', () => {
        events.push('first');
        for (const stop of stops) stop();
        backplane.on('restored', () => events.push('second'));
      }),
    );
    backplane.restore();
    expect(events).toEqual(['first']);
  });
});
