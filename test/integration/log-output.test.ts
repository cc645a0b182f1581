import { describe, expect, it } from 'vitest';
import { ChildScript } from '../support/child-script.js';
import { eventually } from '../support/eventually.js';

/** More than it holds back for a reader who does not read, in bytes. */
const MUCH = 12_000_000;

/** A process that logs all the time, and says on its other stream how many bytes that were, until SIGUSR2. */
async function launch(): Promise<ChildScript> {
  const script = new ChildScript(`
    import { LogOutput } from './dist/src/infra/observability/log-output.js';
    import { ProcessLifetime } from './dist/src/infra/process/process-lifetime.js';
    const log = new LogOutput();
    const lifetime = new ProcessLifetime(60_000, log);
    let logged = 0;
    const line = 'x'.repeat(99_999) + '\\n';
    const logging = setInterval(() => {
      log.write(line);
      logged += line.length;
      if (logged % 1_000_000 === 0) process.stderr.write('<' + logged + '>');
    }, 1);
    setInterval(() => {}, 1000);
    process.on('SIGUSR2', () => clearInterval(logging));
    lifetime.onStop(async () => log.write('the last line\\n'));
    lifetime.run(async () => {}, () => {});
  `);
  await eventually(() => logged(script) > 0, 20_000);
  return script;
}

function logged({ output }: ChildScript): number {
  return Number([...output.matchAll(/<(\d+)>/g)].at(-1)?.[1] ?? 0);
}

describe('the log of a process', { timeout: 60_000 }, () => {
  it('does not stop the process when nobody reads it, nor keep it from stopping', async () => {
    const script = await launch();
    script.stopReading();
    await eventually(() => logged(script) > MUCH, 30_000);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('says how many lines are missing once it is read again, and is handed over whole at the end', async () => {
    const script = await launch();
    script.stopReading();
    await eventually(() => logged(script) > MUCH, 30_000);
    script.kill('SIGUSR2');
    script.read();
    await eventually(() => /"msg":"log lines dropped","lines":\d+/.test(script.output), 30_000);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 0, signal: null });
    await eventually(() => script.output.includes('the last line\n'));
  });

  it('does not mind that its reader has gone', async () => {
    const script = await launch();
    script.breakPipe();
    await eventually(() => logged(script) > MUCH, 30_000);
    script.kill('SIGTERM');
    expect(await script.exited).toEqual({ code: 0, signal: null });
  });
});
