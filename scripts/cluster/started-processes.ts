import path from 'node:path';
import { Watchdog } from '../processes/watchdog.js';

export interface StartedProcess {
  pid?: number | undefined;
  exited?: Promise<unknown>;
}

/** What the command has started: it ends with the command, even with one that was killed. */
export class StartedProcesses {
  private readonly watchdog = new Watchdog([path.join(import.meta.dirname, 'watchdog.js')]);

  /** `signal`: what a killed command would have wanted to send it. */
  add({ pid, exited }: StartedProcess, signal: NodeJS.Signals): void {
    if (pid === undefined) return;
    this.watchdog.tell(`${pid} ${signal}`);
    // Its process id may come again, as a stranger's.
    void exited?.then(() => {
      this.watchdog.tell(`${pid} ended`);
    });
  }
}
