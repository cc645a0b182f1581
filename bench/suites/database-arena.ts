import type { BenchContext } from '../harness/benchmark.js';
import { Child } from '../harness/child.js';
import type { WriteInput, WriteResult } from '../peers/database-writer.types.js';

/** A process that stores messages without a server. */
export class DatabaseArena {
  private constructor(private readonly child: Child) {}

  static async open({ resources, database }: BenchContext): Promise<DatabaseArena> {
    const env = { DATABASE_URL: (await database()).url };
    const child = new Child({ program: 'bench/peers/database-writer.js', env });
    resources.add(() => child.stop());
    await child.listening();
    return new DatabaseArena(child);
  }

  get cpuSeconds(): number {
    return this.child.cpuSeconds;
  }

  write(input: WriteInput): Promise<WriteResult> {
    return this.child.request<WriteResult>({ input });
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
