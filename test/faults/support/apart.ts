import { ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

interface Answer {
  id: number;
  result: unknown;
  error?: string;
}

type Task = (...args: never[]) => unknown;

/** A module of the tests in a process of its own: what it does takes no time of this process, nor of another such one. */
export class Apart<Module extends Record<keyof Module, Task>> {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Omit<Answer, 'id'>) => void>();
  private calls = 0;

  /** `file`: where the module is, beside this one. */
  constructor(private readonly file: string) {
    const entry = path.join(import.meta.dirname, 'apart.mjs');
    this.child = fork(entry, [path.join(import.meta.dirname, file)], { serialization: 'advanced' });
    this.child.on('message', ({ id, ...answer }: Answer) => {
      this.waiting.get(id)?.(answer);
      this.waiting.delete(id);
    });
    this.child.on('exit', () => {
      for (const settle of this.waiting.values()) settle({ result: undefined, error: `${file} has ended` });
    });
  }

  /** Calls a function that the module exports. */
  call<Name extends keyof Module & string>(
    name: Name,
    ...args: Parameters<Module[Name]>
  ): Promise<Awaited<ReturnType<Module[Name]>>> {
    const id = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as Awaited<ReturnType<Module[Name]>>);
        else reject(new Error(`${this.file}, ${name}: ${error}`));
      });
      this.child.send({ id, name, args });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
  }
}
