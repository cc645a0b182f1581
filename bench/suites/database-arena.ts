import type { BenchContext } from '../harness/benchmark.js';
import type { Child } from '../harness/child.js';
import type { ReadInput, ReadResult, StatementInput } from '../peers/database-reader.types.js';
import type { WriteInput, WriteResult } from '../peers/database-writer.types.js';

/** A process that uses the database without a server. */
export class DatabaseArena<Input extends object, Result> {
  constructor(private readonly child: Child) {}

  get cpuSeconds(): number {
    return this.child.cpuSeconds;
  }

  run(input: Input): Promise<Result> {
    return this.child.request<Result>({ input });
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

export type Writers = DatabaseArena<WriteInput, WriteResult>;

export async function openWriters(context: BenchContext): Promise<Writers> {
  return new DatabaseArena<WriteInput, WriteResult>(await start(context, 'bench/peers/database-writer.js'));
}

export async function openReaders(
  context: BenchContext,
): Promise<DatabaseArena<ReadInput | StatementInput, ReadResult>> {
  return new DatabaseArena<ReadInput | StatementInput, ReadResult>(
    await start(context, 'bench/peers/database-reader.js'),
  );
}

async function start({ resources, database }: BenchContext, program: string): Promise<Child> {
  const child = resources.fork({ program, env: { DATABASE_URL: (await database()).url } });
  await child.listening();
  return child;
}
