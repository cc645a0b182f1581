import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterConfiguration, GaugeConfiguration, HistogramConfiguration } from 'prom-client';
import { processMetrics } from './process-metrics.js';

type Own<Configuration> = Omit<Configuration, 'registers'>;

/** Seconds, from what a warm process answers from memory to what a client has given up on. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * What this application counts, for `GET /metrics`. Names are `parley_<what>[_<unit>][_total]`. Labels take few values,
 * which the code knows: never an id, a name, or anything else that a client chooses.
 * A counter costs 0.1 µs each time, and so does its child: where it is hotter than that, count in a field of your own and
 * hand over the sum in `collect`, when somebody asks.
 */
@Injectable()
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  /** One for each application: a process may run several. */
  private readonly registry = new Registry();
  private readonly process = processMetrics();
  private underWay: Promise<string> | undefined;

  counter<Label extends string = never>(configuration: Own<CounterConfiguration<Label>>): Counter<Label> {
    return new Counter({ ...configuration, registers: [this.registry] });
  }

  gauge<Label extends string = never>(configuration: Own<GaugeConfiguration<Label>>): Gauge<Label> {
    return new Gauge({ ...configuration, registers: [this.registry] });
  }

  /** Of seconds, unless it has buckets of its own. */
  histogram<Label extends string = never>(configuration: Own<HistogramConfiguration<Label>>): Histogram<Label> {
    return new Histogram({ buckets: SECONDS_BUCKETS, ...configuration, registers: [this.registry] });
  }

  /** Everything, in Prometheus's text format; those who ask at the same time get the same answer. */
  text(): Promise<string> {
    this.underWay ??= this.render().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async render(): Promise<string> {
    const texts = await Promise.all([this.registry.metrics(), this.process.metrics()]);
    return texts.join('\n');
  }
}
