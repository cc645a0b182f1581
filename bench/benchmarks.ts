import type { Benchmark } from './harness/benchmark.js';
import { callsBenchmark } from './suites/calls.js';
import { durableBenchmark } from './suites/durable.js';
import { fanOutBenchmark } from './suites/fan-out.js';
import { findingBenchmark } from './suites/finding.js';
import { idleBenchmark } from './suites/idle.js';
import { joinStormBenchmark } from './suites/join-storm.js';
import { lobbyBenchmark } from './suites/lobby.js';
import { loneMessageBenchmark } from './suites/lone-message.js';
import { nodesBenchmark } from './suites/nodes.js';
import { presenceBenchmark } from './suites/presence.js';
import { readsBenchmark } from './suites/reads.js';
import { relayBenchmark } from './suites/relay.js';
import { roomsBenchmark } from './suites/rooms.js';

/** All of them, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  fanOutBenchmark,
  relayBenchmark,
  durableBenchmark,
  loneMessageBenchmark,
  idleBenchmark,
  joinStormBenchmark,
  presenceBenchmark,
  readsBenchmark,
  findingBenchmark,
  nodesBenchmark,
  roomsBenchmark,
  callsBenchmark,
  lobbyBenchmark,
];
