import { Injectable } from '@nestjs/common';
import { Metrics } from '../../infra/observability/metrics.js';
import { OpenConnections } from './open-connections.js';
import { GatewayTraffic } from './traffic-ledger.js';

const BY_GATEWAY = ['gateway'] as const;

/** Connections and their messages, by the path or the namespace of their gateway; summed up when somebody asks. */
@Injectable()
export class RealtimeMetrics {
  private latest: ReadonlyMap<string, GatewayTraffic> | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly connections: OpenConnections,
  ) {
    const read = () => this.read();
    metrics.gauge({
      name: 'parley_ws_connections',
      help: 'Connections that are open.',
      labelNames: BY_GATEWAY,
      collect() {
        for (const [gateway, { open }] of read()) this.set({ gateway }, open);
      },
    });
    this.sum('parley_ws_connections_opened_total', 'Connections that were opened.', ({ opened }) => opened);
    this.sum('parley_ws_messages_received_total', 'Messages that clients sent.', ({ received }) => received);
    this.sum('parley_ws_messages_sent_total', 'Messages that clients were sent.', ({ sent }) => sent);
    this.sum('parley_ws_sent_bytes_total', 'Bytes of these messages on raw WebSocket.', ({ sentBytes }) => sentBytes);
    metrics.counter({
      name: 'parley_ws_closes_total',
      help: 'Connections that ended, by close code; 1006: without one; other: one that the client made up.',
      labelNames: ['gateway', 'code'],
      collect() {
        this.reset();
        for (const [gateway, { closes }] of read())
          for (const [code, count] of closes) this.inc({ gateway, code }, count);
      },
    });
  }

  private sum(name: string, help: string, of: (traffic: GatewayTraffic) => number): void {
    const read = () => this.read();
    this.metrics.counter({
      name,
      help,
      labelNames: BY_GATEWAY,
      collect() {
        this.reset();
        for (const [gateway, traffic] of read()) this.inc({ gateway }, of(traffic));
      },
    });
  }

  /** Summed up once for all that ask in this turn of the event loop: there may be tens of thousands of connections. */
  private read(): ReadonlyMap<string, GatewayTraffic> {
    if (this.latest === undefined) {
      this.latest = this.connections.traffic();
      setImmediate(() => (this.latest = undefined));
    }
    return this.latest;
  }
}
