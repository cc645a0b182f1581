import type { Latencies } from '../harness/statistics.js';

export interface ReadInput {
  /** A page before a number, or what has changed after it, by a prepared query; or the page by TypeORM's `find`. */
  way: 'page' | 'changes' | 'find';
  rows: number;
  /** Where each read begins. */
  positions: { conversationId: string; seq: number }[];
}

export interface ReadResult {
  latency: Latencies;
  /** Reads that did not give so many rows. */
  wrong: number;
}
