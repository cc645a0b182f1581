import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { missingPrivilege, run } from './support/privileges.js';
import { figures, notRun } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
const [OURS, THEIRS] = ['10.213.77.1', '10.213.77.2'];
const [NEAR, FAR] = ['parley-near', 'parley-far'];

const missing = missingPrivilege('unshare', ['-n', 'ip', 'link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR]);
if (missing !== undefined) notRun('F11', missing);

describe.skipIf(missing !== undefined)('a client in a network of its own', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ env: { HOST: '0.0.0.0' } });
  }, MINUTE_MS);
  afterAll(() => stage.close());

  it(
    'F11: whose cable is pulled, without a FIN: its socket is freed by the heartbeat, and it resumes when it is plugged in',
    async () => {
      const user = stage.user(4);
      const watcher = await SocketClient.connect(stage.urlOf(stage.user(0), { presence: 'each' }));
      const url = stage.urlOf(user, { presence: 'none' }).replace('127.0.0.1', OURS);
      const source = `import { read } from './test/faults/support/reading-client.mjs'; read(${JSON.stringify({ url, pingMs: 1000 })});`;
      const client = spawn('unshare', ['-n', process.execPath, '--input-type=module', '-e', source], {
        cwd: path.resolve(import.meta.dirname, '../..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      client.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      try {
        await eventually(() => said.includes('closed'), MINUTE_MS);
        plugIn(client.pid!);
        await eventually(() => said.includes('"connected":0'), MINUTE_MS);
        run('ip', 'link', 'set', NEAR, 'down');
        const started = performance.now();
        await watcher.next(({ type, user_id }) => type === 'user_left' && user_id === user.id, 2 * MINUTE_MS);
        const goneAfterMs = Math.round(performance.now() - started);
        // Two intervals of 25 s, and the grace of 4 s.
        expect(goneAfterMs).toBeLessThan(75_000);
        for (let n = 0; n < 20; n++) await watcher.request({ type: 'message', content: `message ${n}` });
        run('ip', 'link', 'set', NEAR, 'up');
        await eventually(() => said.includes('"resumed":20,"complete":true'), 5 * MINUTE_MS);
        expect(said).not.toContain('violation');
        figures('F11', { 'gone for the others after, ms': goneAfterMs });
      } finally {
        client.kill('SIGKILL');
        await watcher.close();
      }
    },
    10 * MINUTE_MS,
  );
});

/** A cable between our network and the process's; it vanishes with the process. */
function plugIn(pid: number): void {
  const inside = ['-t', String(pid), '-n', 'ip'];
  run('ip', 'link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR);
  run('ip', 'link', 'set', FAR, 'netns', String(pid));
  run('ip', 'addr', 'add', `${OURS}/30`, 'dev', NEAR);
  run('ip', 'link', 'set', NEAR, 'up');
  run('nsenter', ...inside, 'addr', 'add', `${THEIRS}/30`, 'dev', FAR);
  run('nsenter', ...inside, 'link', 'set', FAR, 'up');
}
