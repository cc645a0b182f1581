import { Injectable } from '@nestjs/common';
import { Metrics } from '../../infra/observability/metrics.js';
import type { AppendOutcome } from '../persistence/log-append.js';

/** What became of a draft. `refused`: too many waited, or none is taken any more. */
type Fate = Exclude<AppendOutcome['is'], 'busy'> | 'failed' | 'refused';

/** Counts what the log writer does, a batch at a time: nothing is looked up for each message. */
@Injectable()
export class LogMetrics {
  private readonly drafts;
  private readonly duration;
  private readonly batches;

  constructor(metrics: Metrics) {
    this.drafts = metrics.counter({
      name: 'parley_log_drafts_total',
      help: 'Messages that were sent to a log of this node, by what became of them.',
      labelNames: ['outcome'],
    });
    this.duration = metrics.histogram({
      name: 'parley_log_append_duration_seconds',
      help: 'From the moment that a message was taken to its commit in Postgres, the wait for its batch included.',
    });
    this.batches = metrics.histogram({
      name: 'parley_log_batch_drafts',
      help: 'Messages that were written together, in one transaction.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
    });
  }

  /** A batch has been written: the outcomes of its drafts, in their order; those that are `busy` come again. */
  written(
    drafts: readonly { readonly since: number }[],
    outcomes: readonly ({ is: Fate | 'busy' } | undefined)[],
    now: number,
  ): void {
    this.batches.observe(drafts.length);
    const counts = new Map<Fate, number>();
    outcomes.forEach((outcome, n) => {
      if (outcome === undefined || outcome.is === 'busy') return;
      counts.set(outcome.is, (counts.get(outcome.is) ?? 0) + 1);
      if (outcome.is === 'stored') this.duration.observe((now - (drafts[n]?.since ?? now)) / 1000);
    });
    for (const [fate, count] of counts) this.count(fate, count);
  }

  count(outcome: Fate, times = 1): void {
    this.drafts.inc({ outcome }, times);
  }
}
