import { Client } from './client.js';
import { disconnectAll, Failures, inParallel } from './connections.js';
import type { ChurnInput, ChurnResult } from './tasks.js';

/** Joins and leaves over and over, cleanly, `concurrency` of them at a time. */
export async function churn({ members, times, concurrency, ...options }: ChurnInput): Promise<ChurnResult> {
  const failures = new Failures();
  let joinsAndLeaves = 0;
  const began = performance.now();
  const turns = Array.from({ length: times }, (_, n) => members[n % members.length]);
  await inParallel(turns, concurrency, async (member) => {
    if (!member) return;
    try {
      const client = await Client.open(member, options);
      await disconnectAll([client]);
      joinsAndLeaves++;
    } catch (error) {
      failures.add(error);
    }
  });
  return { joinsAndLeaves, failed: failures.counts, seconds: (performance.now() - began) / 1000 };
}
