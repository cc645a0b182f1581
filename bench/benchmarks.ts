import type { Benchmark } from './harness/benchmark.js';
import { durableBenchmark } from './suites/durable.js';
import { fanOutBenchmark } from './suites/fan-out.js';
import { loneMessageBenchmark } from './suites/lone-message.js';
import { relayBenchmark } from './suites/relay.js';

/** All of them, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  fanOutBenchmark,
  relayBenchmark,
  durableBenchmark,
  loneMessageBenchmark,
];
