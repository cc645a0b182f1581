import { afterAll, beforeAll, expect, it } from 'vitest';
import { ChildScript } from '../support/child-script.js';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { summary } from './support/load.js';
import { longestAck } from './support/locked-channel.js';
import { expectWhole } from './support/oracle.js';
import { residentMemory } from './support/resident-memory.js';
import { REPORTING, resources } from './support/resources.js';
import { count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
/** 16 KB each, so that a stopped client's share soon exceeds what the kernel takes for it. */
const LARGE = '\u{1f642}'.repeat(4000);

let stage: Stage;
let client: ChildScript | undefined;
beforeAll(async () => {
  stage = await Stage.open({ preload: REPORTING });
}, MINUTE_MS);
afterAll(async () => {
  client?.kill('SIGKILL');
  await stage.close();
});

/** What the server's objects and buffers take when its garbage is collected, in megabytes. */
async function liveMb(): Promise<number> {
  const { heapKb, externalKb } = await resources(stage.server);
  return (heapKb + externalKb) / 1024;
}

/** What the client's process has said so far. */
const facts = (): Record<string, unknown>[] =>
  (client?.output ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it(
  'F12: a client whose process is stopped is cut, alone; it resumes when it runs again, and has missed nothing',
  async () => {
    const stopped = stage.user(4);
    const watcher = await SocketClient.connect(stage.urlOf(stage.user(0), { presence: 'each' }));
    const url = stage.urlOf(stopped, { presence: 'none' });
    client = new ChildScript(
      `import { read } from './test/faults/support/reading-client.mjs'; read(${JSON.stringify({ url })});`,
    );
    await eventually(() => facts().some(({ connected }) => connected === 0), MINUTE_MS);
    client.kill('SIGSTOP');

    stage.read(1);
    await eventually(() => stage.readers.every(({ cursor }) => cursor === 0));
    const liveBefore = await liveMb();
    const before = residentMemory(stage.server.pid);
    stage.write(4, { content: LARGE });
    const started = performance.now();
    await watcher.next(({ type, user_id }) => type === 'user_left' && user_id === stopped.id, 2 * MINUTE_MS);
    const cutAfterMs = Math.round(performance.now() - started);
    progress('F12', `cut after ${cutAfterMs} ms, ${stage.acked} acknowledged`);
    await eventually(() => stage.acked >= count('F12.messages'), 5 * MINUTE_MS);
    const grownMb = residentMemory(stage.server.pid) - before;
    const liveGrownMb = (await liveMb()) - liveBefore;
    await stage.settle();
    const verdict = await expectWhole(stage);
    expect(stage.errors).toEqual({});
    expect(stage.readers.map(({ socket }) => [...socket.closes.keys()])).toEqual([[1006]]);

    progress('F12', `${stage.acked} acknowledged; the client runs again`);
    client.kill('SIGCONT');
    await eventually(() => facts().some(({ resumed }) => resumed !== undefined), MINUTE_MS);
    const { position, closed } = facts().find(({ closed }) => closed !== undefined)!;
    expect([1006, 4413]).toContain(closed);
    expect(position).toBeLessThan(verdict.head);
    expect(facts().filter(({ violation }) => violation !== undefined)).toEqual([]);
    const { resumed, complete } = facts().findLast((fact) => fact['resumed'] !== undefined)!;
    // All or nothing: 1000 changes at most are replayed in band (section 2).
    expect(complete).toBe(verdict.head - Number(position) <= 1000);
    expect(resumed).toBe(complete === true ? verdict.head : position);
    // The client's share has been dropped; what the process holds beyond is room for its garbage.
    expect(liveGrownMb).toBeLessThan(5);
    expect(grownMb).toBeLessThan(150);
    figures('F12', {
      ...summary(stage, verdict),
      'cut and gone for the others after, ms': cutAfterMs,
      'memory grown by, MB': grownMb,
      'of that not garbage, MB': liveGrownMb.toFixed(1),
      'longest wait of a writer, ms': longestAck(stage),
    });
    await watcher.close();
  },
  20 * MINUTE_MS,
);
