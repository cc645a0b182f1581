import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** A process that outlives this one, and cleans up after it: no kill -9 keeps the pipe between the two from breaking. */
export class Watchdog {
  private readonly pipe: Socket;

  /** `args`: of node. The program learns of our end by the end of its standard input. */
  constructor(args: string[]) {
    const child = spawn(process.execPath, args, {
      // In a process group of its own: what ends us must not end it.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.unref();
    this.pipe = child.stdin as Socket;
    this.pipe.unref();
    // Somebody killed it: we go on without.
    this.pipe.on('error', () => undefined);
  }

  tell(line: string): void {
    this.pipe.write(`${line}\n`);
  }
}
