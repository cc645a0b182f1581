import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../../src/common/operator-error.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../src/main.js');
const LISTENING = /Listening on (http:[^\s";]+)/;
const POLL_MS = 50;
const LAST_WORDS = 2000;
/** What a node says of PORT, which follows from an option here. */
const WRONG_PORT = /^(.+): set PORT\.$/m;

/** One node of the cluster, as a process that writes its log to a file. */
export class NodeProcess {
  readonly exited: Promise<string>;
  private readonly child: ChildProcess;

  constructor(
    readonly name: string,
    readonly logFile: string,
    env: Record<string, string>,
  ) {
    const log = openSync(logFile, 'w');
    // A group of its own: the Ctrl-C of a terminal is for us, who stop the nodes before what they stand on.
    const options = { env: { ...process.env, ...env }, detached: true } as const;
    this.child = spawn(process.execPath, [PROGRAM], { ...options, stdio: ['ignore', log, log] });
    closeSync(log);
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error) => {
        resolve(error.message);
      });
      this.child.once('exit', (code, signal) => {
        resolve(signal === null ? `exit code ${String(code)}` : signal);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves with its address. @throws OperatorError with the end of its log when it ends before it listens */
  async listening(): Promise<string> {
    let ended: string | undefined;
    void this.exited.then((how) => (ended = how));
    for (;;) {
      const log = readFileSync(this.logFile, 'utf8');
      const url = LISTENING.exec(log)?.[1];
      if (url !== undefined) return url;
      if (ended !== undefined) throw new OperatorError(this.whyEnded(ended, log));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  private whyEnded(how: string, log: string): string {
    const wrongPort = WRONG_PORT.exec(log)?.[1];
    if (wrongPort !== undefined) return `${this.name} cannot listen. ${wrongPort}: set --port.`;
    return `${this.name} has ended (${how}):\n${log.slice(-LAST_WORDS)}`;
  }
}
