import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { isAlive } from '../support/is-alive.js';
import { commandLineOf, familyOf, kill } from '../support/process-family.js';
import { expectOk, register } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const COMMAND = 'dist/scripts/cluster.js';
const STARTED = 'Ctrl-C stops all of them.';
const NODE = /^Node \d {4}(http:\S+) {3}process (\d+), log /gm;

describe('npm run cluster', { timeout: 60_000 }, () => {
  let folder: string;
  let cluster: ServerProcess;
  let family = new Map<number, string>();
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const [pid, line] of family) if (commandLineOf(pid) === line) kill(pid);
    family.clear();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const launchBy = (command: [string, ...string[]], args: string[]) => {
    cluster = new ServerProcess({ command, args, env: { DATA_DIR: folder } });
  };
  const launch = (...args: string[]) => {
    launchBy([process.execPath, COMMAND], args);
  };
  const isStarted = () => eventually(() => cluster.output.includes(STARTED), 50_000);

  it('starts nodes that are one Parley, tells which of them dies, and stops all on Ctrl-C', async () => {
    launch('--nodes=2', '--port=0');
    await isStarted();
    const nodes = [...cluster.output.matchAll(NODE)].map(([, url, pid]) => ({ url: url!, pid: Number(pid) }));
    const [first, second] = nodes.map(({ url }) => ({ api: new ApiClient(url), wsUrl: url.replace('http', 'ws') }));
    const alice = await register(first!, 'alice');
    expect(expectOk(await alice.on(second!).api.get('/users/me'))).toMatchObject({ username: alice.username });

    process.kill(nodes[0]!.pid, 'SIGKILL');
    await eventually(() => cluster.output.includes('Node 1 has ended: SIGKILL.'));
    expect(cluster.output).toContain('; 1 still run.');

    expect(await cluster.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(nodes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });

  it('says which node cannot start, and leaves nothing behind', async () => {
    const port = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    launch('--nodes=2', `--port=${port - 1}`);
    const exit = await cluster.exited;
    taken.close();
    expect(exit).toEqual({ code: 1, signal: null });
    const reason = `Node 2 cannot listen. 127.0.0.1:${port} is in use by another program: set --port.`;
    expect(cluster.output).toContain(`The cluster cannot start.\n${reason}\n`);
  });

  it('leaves nothing behind when it, or what runs it, is killed, and starts on the same ports again', async () => {
    const args = ['--nodes=2', `--port=${await freePort()}`];
    launch(...args);
    await killedLeavesNothing();
    // As npm runs it.
    launchBy(['sh', '-c', '"$0" "$@"; true', process.execPath, COMMAND], args);
    await killedLeavesNothing();
  });

  async function killedLeavesNothing(): Promise<void> {
    await isStarted();
    family = familyOf(cluster.pid);
    const lines = [...family.values()].join('\n');
    for (const program of [/src\/main\.js/, /bin\/postgres/, /(redis|valkey)-server/]) expect(lines).toMatch(program);
    process.kill(cluster.pid, 'SIGKILL');
    await eventually(() => {
      expect([...family].filter(([pid]) => isAlive(pid))).toEqual([]);
      return true;
    }, 20_000);
  }

  it.each([
    [['--help'], 0, 'Usage: npm run cluster'],
    [['--nodes=0'], 2, '--nodes must be a whole number from 1 to 16.'],
    [['--what'], 2, '--what'],
  ])('answers %j with exit code %i', async (args, code, text) => {
    launch(...args);
    expect(await cluster.exited).toEqual({ code, signal: null });
    expect(cluster.output).toContain(text);
  });
});
