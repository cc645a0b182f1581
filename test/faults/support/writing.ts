// The writers of a channel, for a process of their own (apart.ts).
import { NonceWriter } from './nonce-writer.js';
import type { Acked } from './nonce-writer.js';

/** As many messages as one connection may have begun. */
const AT_ONCE = 8;
const writers: NonceWriter[] = [];

interface Written {
  acked: ReadonlyMap<string, Acked>;
  errors: Record<string, number>;
}

/**
 * A writer at each address, with several messages under way at once; together they send at most so many a second (0: as
 * fast as they are answered).
 */
export function write(urls: readonly string[], perSecond: number): void {
  const everyMs = perSecond === 0 ? 0 : (urls.length * 1000) / perSecond;
  urls.forEach((url, i) => writers.push(new NonceWriter({ url, name: `w${i}`, atOnce: AT_ONCE, everyMs })));
}

/** Messages that have been acknowledged so far. */
export function acknowledged(): number {
  return writers.reduce((sum, { acked }) => sum + acked.size, 0);
}

export async function finish(): Promise<Written> {
  await Promise.all(writers.map((writer) => writer.finish()));
  const errors: Record<string, number> = {};
  for (const [code, times] of writers.flatMap((writer) => [...writer.errors]))
    errors[code] = (errors[code] ?? 0) + times;
  return { acked: new Map(writers.flatMap(({ acked }) => [...acked])), errors };
}
