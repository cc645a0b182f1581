import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { coturnProgram } from '../../scripts/coturn/coturn-program.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { removeWhenRunEnds } from './run-ends.js';
import { temporaryFolder } from './temporary-folder.js';

/** What docker-compose.yml gives to coturn. */
export const SHIPPED_CONFIG = path.resolve(import.meta.dirname, '../../docker/coturn.conf');

const START_TIMEOUT_MS = 20_000;

export interface TurnServerOptions {
  /** None: for a configuration that asks for no credential. */
  secret?: string;
  /** The text of its configuration; the shipped one unless told otherwise. */
  config?: string;
}

/** A coturn of a test's own, on loopback, with relays for IPv4 and IPv6 there; it ends with the run. */
export class TurnServer {
  /** All that it wrote. */
  output = '';

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    const listen = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('error', (error) => (this.output += error.message));
  }

  static async start({
    secret,
    config = readFileSync(SHIPPED_CONFIG, 'utf8'),
  }: TurnServerOptions): Promise<TurnServer> {
    const { program, env } = await coturnProgram();
    const [port, folder] = [await freePort(), temporaryFolder()];
    removeWhenRunEnds(folder);
    const file = path.join(folder, 'coturn.conf');
    writeFileSync(file, config);
    const addresses = ['127.0.0.1', '::1'].flatMap((ip) => [`--listening-ip=${ip}`, `--relay-ip=${ip}`]);
    const files = [
      `--pidfile=${path.join(folder, 'coturn.pid')}`,
      `--userdb=${path.join(folder, 'db')}`,
      '--log-file=stdout',
    ];
    const child = spawn(
      program,
      [
        '-c',
        file,
        ...(secret === undefined ? [] : [`--static-auth-secret=${secret}`]),
        '--realm=parley',
        `--listening-port=${port}`,
        ...addresses,
        ...files,
      ],
      { env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const server = new TurnServer(port, folder, child);
    await eventually(() => server.hasEnded || server.output.includes('Total General servers'), START_TIMEOUT_MS);
    if (server.hasEnded) throw new Error(`coturn has ended:\n${server.output}`);
    return server;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    if (!this.hasEnded) {
      this.child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }
}
