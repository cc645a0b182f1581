// Outlives a cluster command that was killed, and ends what that had started: it is told `<pid> <signal>`, later `<pid> ended`.
import { createInterface } from 'node:readline';

const running = new Map<number, string>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [pid = '', word = ''] = line.split(' ');
    if (word === 'ended') running.delete(Number(pid));
    else running.set(Number(pid), word);
  })
  .on('close', () => {
    for (const [pid, signal] of running) end(pid, signal);
  });

function end(pid: number, signal: string): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
