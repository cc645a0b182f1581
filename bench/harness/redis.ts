import { redisProgram } from '../../scripts/redis-server/redis-program.js';
import { freePort } from '../../src/infra/process/free-port.js';
import { cpuSeconds } from './cpu.js';
import type { Resources } from './resources.js';

const START_TIMEOUT_MS = 20_000;
/** Another process may take the port first. */
const ATTEMPTS = 3;
const STORES_NOTHING = ['--save', '', '--appendonly', 'no'];
const READY = /(?:Redis|Valkey) version=([\d.]+)[^]*Ready to accept connections/;

/** A redis-server of the run's own. */
export interface BenchRedis {
  url: string;
  version: string;
  cpuSeconds(): number;
  stop(): void;
}

/** Empty, storing nothing; it ends with all that works in the run's folder. @throws when none is there, or it does not start */
export async function startRedis(resources: Resources): Promise<BenchRedis> {
  const { program, env } = await redisProgram();
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = resources.spawn(program, ['--port', String(port), '--bind', '127.0.0.1', ...STORES_NOTHING], env);
    try {
      const version = await readiness(child);
      const { pid = 0 } = child;
      const url = `redis://127.0.0.1:${port}`;
      return { url, version, cpuSeconds: () => cpuSeconds(pid), stop: () => void child.kill('SIGKILL') };
    } catch (error) {
      child.kill('SIGKILL');
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** Resolves with its version, once it takes connections. */
function readiness(child: ReturnType<Resources['spawn']>): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(impatience);
      reject(new Error(`redis-server ${why}:\n${output}`));
    };
    const listen = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const version = READY.exec(output)?.[1];
      if (version === undefined) return;
      clearTimeout(impatience);
      resolve(version);
    };
    const impatience = setTimeout(fail, START_TIMEOUT_MS, 'did not start in time');
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', ({ message }) => {
      fail(`cannot be started: ${message}`);
    });
    child.once('exit', () => {
      fail('has ended');
    });
  });
}
