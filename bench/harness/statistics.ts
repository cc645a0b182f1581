/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? NaN;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Between which two values something lies. */
export interface Interval {
  low: number;
  high: number;
}

/** How often an interval may miss, on each side. */
const TAIL = 0.025;

/**
 * Where the true median lies, in 19 of 20 cases at least, whatever the distribution is: between two of the values,
 * chosen by their ranks. Fewer than six values say nothing.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  // How likely it is that at most `rank` of the values are below the median.
  let term = 0.5 ** length;
  let below = term;
  let rank = -1;
  while (below <= TAIL && rank < length) {
    rank++;
    term *= (length - rank) / (rank + 1);
    below += term;
  }
  return { low: sorted[rank] ?? NaN, high: rank < 0 ? NaN : (sorted[length - 1 - rank] ?? NaN) };
}

export interface Latencies {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** Milliseconds. */
export function latencies(samples: readonly number[]): Latencies {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
