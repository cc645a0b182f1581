import type { Tasks } from '../load/tasks.js';
import type { Child } from './child.js';
import type { Resources } from './resources.js';

type Input<K extends keyof Tasks> = Parameters<Tasks[K]>[0];
type Output<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>>;

/** The clients of one server: a process of its own, so that the server's CPU is the server's alone. */
export class LoadProcess {
  private readonly child: Child;

  constructor(resources: Resources) {
    this.child = resources.fork({ program: 'bench/load/load.js', execArgv: ['--max-semi-space-size=64'] });
  }

  run<K extends keyof Tasks>(task: K, input: Input<K>): Promise<Output<K>> {
    return this.child.request<Output<K>>({ task, input });
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
