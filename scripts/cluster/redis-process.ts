import { spawn } from 'node:child_process';
import { OperatorError } from '../../src/common/operator-error.js';
import { freePort } from '../../src/infra/process/free-port.js';
import { redisProgram } from '../redis-server/redis-program.js';
import type { StartedProcesses } from './started-processes.js';

const READY = 'Ready to accept connections';

export interface RedisProcess {
  url: string;
  stop(): Promise<void>;
}

/** A redis-server on a free port of this machine, that stores nothing: Parley keeps nothing there that must last. */
export async function startRedis(folder: string, started: StartedProcesses): Promise<RedisProcess> {
  const { program, env } = await redisProgram().catch((error: unknown) => {
    throw new OperatorError((error as Error).message, { cause: error });
  });
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  // A group of its own, as the nodes have: they are stopped before it.
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  started.add({ pid: child.pid, exited }, 'SIGKILL');
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2000);
      if (output.includes(READY)) resolve();
    });
    child.once('error', reject);
    void exited.then(() => {
      reject(new OperatorError(`redis-server has ended:\n${output}`));
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
}
