import { describe, expect, it } from 'vitest';
import { HELD_FRAMES, InboundQueue, OVERLAP } from './inbound-queue.js';

function setUp() {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const queue = new InboundQueue({
    overlaps: ({ text }) => text === 'slow+',
    handle: ({ text }) => {
      log.push(text);
      if (text === 'bad') throw new Error(text);
      return text.startsWith('slow') ? new Promise((resolve) => waiting.push(resolve)) : undefined;
    },
    pause: () => log.push('pause'),
    resume: () => log.push('resume'),
    fail: (error) => log.push(`failed: ${(error as Error).message}`),
  });
  const release = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, log, release };
}

const push = (queue: InboundQueue, ...texts: string[]) => {
  for (const text of texts) queue.push({ text });
};

describe('inbound queue (section 1, order)', () => {
  it('handles a frame at once when nothing waits', () => {
    const { queue, log } = setUp();
    push(queue, 'a', 'b');
    expect(log).toEqual(['a', 'b']);
  });

  it('handles one at a time, in order', async () => {
    const { queue, log, release } = setUp();
    push(queue, 'slow', 'a', 'slow', 'b');
    expect(log).toEqual(['slow']);
    await release();
    expect(log).toEqual(['slow', 'a', 'slow']);
    await release();
    expect(log).toEqual(['slow', 'a', 'slow', 'b']);
  });

  it('lets frames overlap that may, up to a limit, and nothing else until they are done', async () => {
    const { queue, log, release } = setUp();
    push(queue, ...Array.from({ length: OVERLAP + 1 }, () => 'slow+'), 'a', 'slow+');
    expect(log).toEqual(Array.from({ length: OVERLAP }, () => 'slow+'));
    await release();
    expect(log).toHaveLength(OVERLAP + 1);
    for (let n = 1; n < OVERLAP; n += 1) await release();
    expect(log).not.toContain('a');
    await release();
    expect(log.slice(OVERLAP + 1)).toEqual(['a', 'slow+']);
  });

  it('is idle when what overlaps is done', async () => {
    const { queue, log, release } = setUp();
    push(queue, 'slow+');
    void queue.idle().then(() => log.push('idle'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['slow+']);
    await release();
    expect(log).toEqual(['slow+', 'idle']);
  });

  it('holds everything until the first step is over', async () => {
    const { queue, log } = setUp();
    let finish: () => void = () => undefined;
    const started = queue.start(() => new Promise((resolve) => (finish = resolve)));
    push(queue, 'a', 'b');
    expect(log).toEqual([]);
    finish();
    await started;
    expect(log).toEqual(['a', 'b']);
  });

  it('pauses the socket when too many frames wait, resumes it when half are handled, and drops none', async () => {
    const { queue, log, release } = setUp();
    const frames = Array.from({ length: HELD_FRAMES + 10 }, (_, i) => String(i));
    push(queue, 'slow', ...frames);
    expect(log).toEqual(['slow', 'pause']);
    await release();
    expect(log.indexOf('resume')).toBeGreaterThan(HELD_FRAMES / 2);
    expect(log.filter((entry) => /^\d+$/.test(entry))).toEqual(frames);
  });

  it('pauses the socket when too many bytes wait', async () => {
    const { queue, log, release } = setUp();
    push(queue, 'slow', 'x'.repeat(300_000));
    expect(log).toEqual(['slow', 'pause']);
    await release();
    expect(log.at(-1)).toBe('resume');
  });

  it('reports a failure of its handler, forgets what waits, and never throws', async () => {
    const { queue, log, release } = setUp();
    push(queue, 'slow', 'bad', 'a');
    await release();
    expect(log).toEqual(['slow', 'bad', 'failed: bad']);
    await queue.start(() => Promise.reject(new Error('first')));
    expect(log.at(-1)).toBe('failed: first');
  });
});
