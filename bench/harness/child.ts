import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { cpuSeconds } from './cpu.js';

const DIST = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
/** The longest of them takes a tenth of this; a message that was lost keeps its receiver waiting for ever. */
const REQUEST_TIMEOUT_MS = 300_000;
const ENDS_WITH_PARENT = path.resolve(import.meta.dirname, 'ends-with-parent.js');
const LISTENING = /Listening on http:\/\/[^:\s]+:(\d+);/;

export interface ChildOptions {
  /** The compiled program, below `dist`. */
  program: string;
  args?: string[];
  /** The child sees nothing else of our environment. */
  env?: Record<string, string>;
  execArgv?: string[];
}

/** A process of ours; it ends with us. */
export class Child {
  readonly process: ChildProcess;
  private output = '';
  private requests = 0;

  constructor({ program, args = [], env = {}, execArgv = [] }: ChildOptions, cwd: string) {
    this.process = fork(path.join(DIST, program), args, {
      cwd,
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
      execArgv: ['--import', ENDS_WITH_PARENT, ...execArgv],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-20_000));
    this.process.stdout?.on('data', keep);
    this.process.stderr?.on('data', keep);
    // It could not be started, or told: whoever waits for it hears of it.
    this.process.on('error', (error) => (this.output += `\n${error.message}`));
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  /** The port that it listens on, once it has said so. @throws with its output when it ends before */
  async listening(): Promise<number> {
    const giveUp = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const port = LISTENING.exec(this.output)?.[1];
      if (port !== undefined) return Number(port);
      if (this.ended || performance.now() > giveUp) throw new Error(`did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a request and resolves with the answer that has the same `id`. @throws when none can come, or none does */
  request<T>(message: object): Promise<T> {
    const id = ++this.requests;
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(impatience);
        this.process.off('message', onMessage).off('exit', onExit);
        outcome();
      };
      const fail = (why: string) => {
        settle(() => {
          reject(new Error(why));
        });
      };
      const onMessage = (answer: { id: number; result: T; error?: string }) => {
        if (answer.id !== id) return;
        if (answer.error !== undefined) fail(answer.error);
        else
          settle(() => {
            resolve(answer.result);
          });
      };
      const onExit = () => {
        fail(`ended while it was asked:\n${this.output}`);
      };
      const impatience = setTimeout(() => {
        fail(`did not answer in ${REQUEST_TIMEOUT_MS / 1000} s:\n${this.output}`);
      }, REQUEST_TIMEOUT_MS);
      this.process.on('message', onMessage).on('exit', onExit);
      this.process.send({ id, ...message }, (error) => {
        if (error) fail(`cannot be asked: ${error.message}\n${this.output}`);
      });
    });
  }

  /** SIGTERM, and SIGKILL for one that does not listen to it. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    const impatience = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.process.kill('SIGTERM');
    await ended;
    clearTimeout(impatience);
  }

  private get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }
}
