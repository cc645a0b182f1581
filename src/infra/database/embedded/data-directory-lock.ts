import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { isErrnoException } from '../../../common/errno.js';
import { OperatorError } from '../../../common/operator-error.js';

/** Another living process owns the data directory. */
class DataDirectoryInUse extends OperatorError {}

/**
 * Makes this process the one owner of a data directory, until it calls what it gets back, or dies.
 * The lock is a listening socket, because the kernel drops it on kill -9; a pid file meets zombies and reused pids.
 *
 * @throws DataDirectoryInUse when another process has it.
 */
export async function lockDataDirectory(directory: string): Promise<() => void> {
  const address = lockAddress(directory);
  for (let attempt = 1; ; attempt++) {
    try {
      return await listen(address);
    } catch (error) {
      if (!isErrnoException(error, 'EADDRINUSE')) throw error;
      const owner = await askOwner(address);
      if (owner !== '' || attempt === 3)
        throw new DataDirectoryInUse(`${directory} is in use by process ${owner || 'unknown'}: stop that one first.`);
      // Only a file in the file system outlives its process.
      if (path.isAbsolute(address)) rmSync(address, { force: true });
    }
  }
}

function lockAddress(directory: string): string {
  const name = `parley-${createHash('sha256').update(directory).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return path.join(os.tmpdir(), `${name}.sock`);
}

function listen(address: string): Promise<() => void> {
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.unref();
      resolve(() => server.close());
    });
  });
}

/** The process id that the lock's owner tells, or nothing when nobody answers. */
function askOwner(address: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(address);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
