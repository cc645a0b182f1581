import { eventually } from '../../support/eventually.js';
import type { Randomness } from '../../contract/randomness.js';
import type { Verdict } from './oracle.js';
import type { Stage } from './stage.js';

/** Resolves somewhere in the middle of the writing: so many messages further, by the seed, with every reader there. */
export async function somewhere(stage: Stage, random: Randomness): Promise<void> {
  const target = stage.acked + 20 + random.below(100);
  const all = () => stage.acked >= target && stage.readers.every(({ socket, cursor }) => socket.isOpen && cursor >= 0);
  await eventually(all, 60_000);
}

/** How much later than its acknowledgement each message came to the readers, the slowest hundredth and the slowest. */
export function lag({ writers, readers }: Stage): Record<string, number> {
  const ackedAt = new Map(
    writers.flatMap(({ acked }) => [...acked.values()].map(({ seq, atMs }) => [seq, atMs] as const)),
  );
  const late = readers
    .flatMap(({ seenAtMs }) => [...seenAtMs].map(([seq, atMs]) => Math.round(atMs - (ackedAt.get(seq) ?? atMs))))
    .sort((a, b) => a - b);
  return { 'lag p99, ms': late[Math.floor(late.length * 0.99)] ?? 0, 'lag, longest, ms': late.at(-1) ?? 0 };
}

/** The figures of a run under load, for the soak's table. */
export function summary(stage: Stage, verdict: Verdict): Record<string, number | string> {
  return {
    acked: verdict.acked,
    lost: verdict.lost.length,
    doubled: verdict.doubled.length,
    holes: verdict.holes.length,
    'retries that had been stored': stage.writers.reduce((sum, { duplicates }) => sum + duplicates, 0),
    resumes: stage.readers.reduce((sum, { resumes }) => sum + resumes, 0),
    errors: JSON.stringify(stage.errors),
  };
}
