import { describe, expect, it } from 'vitest';
import { ChildScript } from '../support/child-script.js';
import { eventually } from '../support/eventually.js';

/** A process whose parts say when they are stopped; `body` is its start, with `lifetime` and `say`. */
async function launch(body: string, stopTimeoutMs = 60_000): Promise<ChildScript> {
  const script = new ChildScript(`
    import { Logger } from '@nestjs/common';
    import { ProcessLifetime } from './dist/src/infra/process/process-lifetime.js';
    const say = (line) => process.stdout.write(line + '\\n');
    Logger.overrideLogger(Object.fromEntries(['log', 'error', 'warn', 'fatal'].map((level) => [level, ({ msg }) => say(msg)])));
    const lifetime = new ProcessLifetime(${stopTimeoutMs});
    setInterval(() => {}, 1000);
    lifetime.run(async () => { ${body}; say('started'); }, (error) => say('failed: ' + error.message));
  `);
  await eventually(() => script.output.includes('started') || script.ended, 20_000);
  return script;
}

const HANGS = `lifetime.onStop(() => new Promise(() => {}))`;

describe('the life of the process', () => {
  it('stops what was started, the latest first', async () => {
    const script = await launch(`
      lifetime.onStop(async () => say('database stopped'));
      lifetime.onStop(async () => say('application stopped'))`);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 0, signal: null });
    expect(script.output).toBe('started\nstopping\napplication stopped\ndatabase stopped\nstopped\n');
  });

  it('stops the rest when one part cannot stop, and tells by its exit code', async () => {
    const script = await launch(`
      lifetime.onStop(async () => say('database stopped'));
      lifetime.onStop(async () => { throw new Error('stuck'); })`);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 1, signal: null });
    expect(script.output).toContain('could not stop cleanly\ndatabase stopped\n');
  });

  it('gives a stop its time and no more', async () => {
    const script = await launch(`lifetime.onStop(async () => say('database told')); ${HANGS}`, 50);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 1, signal: null });
    expect(script.output).toContain('exit forced\ndatabase told\n');
  });

  it('takes two signals at once for one Ctrl-C, and a later one for impatience', async () => {
    const script = await launch(HANGS);
    script.kill('SIGINT');
    await eventually(() => script.output.includes('stopping'));
    script.kill('SIGINT');
    expect(script.ended).toBe(false);
    await eventually(() => {
      script.kill('SIGINT');
      return script.ended;
    });
    expect(await script.exited).toEqual({ code: 1, signal: null });
    expect(script.output).toContain('exit forced');
  });

  it('lives on after a rejection that nobody handled', async () => {
    const script = await launch(`void Promise.reject(new Error('one piece of work'))`);
    await eventually(() => script.output.includes('unhandled rejection'));
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 0, signal: null });
  });

  it('stops, with exit code 1, after an exception that nobody caught', async () => {
    const script = await launch(`
      lifetime.onStop(async () => say('database stopped'));
      setImmediate(() => { throw new Error('half done'); })`);
    expect(await script.exited).toEqual({ code: 1, signal: null });
    expect(script.output).toContain('uncaught exception\ndatabase stopped\nstopped\n');
  });

  it('stops what a failed start had started', async () => {
    const script = await launch(`
      lifetime.onStop(async () => say('database stopped'));
      throw new Error('no')`);
    expect(await script.exited).toEqual({ code: 1, signal: null });
    expect(script.output).toBe('failed: no\ndatabase stopped\nstopped\n');
  });
});
