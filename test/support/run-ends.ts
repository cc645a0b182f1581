import { Watchdog } from '../../scripts/processes/watchdog.js';

const WATCHER = `
  import { readFileSync, rmSync } from 'node:fs';
  const folder = process.argv[1];
  process.stdin.resume().on('close', () => {
    for (const [file, signal] of [['/postgres/data/postmaster.pid', 'SIGQUIT'], ['/redis.pid', 'SIGKILL'], ['/chromium.pid', 'SIGKILL'], ['/coturn.pid', 'SIGKILL']])
      try {
        process.kill(Number(readFileSync(folder + file, 'utf8').split('\\n')[0]), signal);
      } catch {}
    rmSync(folder, { recursive: true, force: true, maxRetries: 50 });
  });
`;

/**
 * Sees to it that the database of a test run, its redis-server, its coturn or its browser ends with the run, even one that was
 * killed: a process of its own then stops the server and removes the folder.
 */
export function removeWhenRunEnds(folder: string): void {
  new Watchdog(['--input-type=module', '-e', WATCHER, folder]);
}
