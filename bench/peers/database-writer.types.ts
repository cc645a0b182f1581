import type { Latencies } from '../harness/statistics.js';

export interface WriteInput {
  /** TypeORM's `save`, a prepared INSERT of one row, or one of 1000 rows. */
  way: 'save' | 'single' | 'bulk';
  senders: number;
  conversationIds: string[];
  userIds: string[];
  seconds: number;
}

export interface WriteResult {
  rows: number;
  seconds: number;
  latency: Latencies;
}
