import type { Client } from './client.js';
import { MessageNumber } from './message-number.js';
import { MessageOrder } from './message-order.js';
import type { FanOutResult } from './tasks.js';

const QUIET_MS = 5000;

/** Counts what comes to whom; to each, the numbers of the messages must come in order, each once. */
export class Receivers {
  deliveries = 0;
  disordered = 0;
  /** Called after each frame. */
  onDelivery: () => void = () => undefined;
  private readonly counts: Float64Array;

  constructor(
    private readonly clients: readonly Client[],
    event: 'message' | 'typing',
  ) {
    this.counts = new Float64Array(clients.length);
    const number = new MessageNumber();
    clients.forEach((client, index) => {
      const order = event === 'message' ? new MessageOrder(number) : undefined;
      client.on(event, (bytes, start, end) => {
        this.deliveries++;
        this.counts[index] = (this.counts[index] ?? 0) + 1;
        if (order?.follows(bytes, start, end) === false) this.disordered++;
        this.onDelivery();
      });
    });
  }

  get size(): number {
    return this.clients.length;
  }

  /** Waits until everyone has everything, or nothing has come for five seconds. */
  async drain(sent: number): Promise<void> {
    let last = -1;
    let since = performance.now();
    while (this.deliveries < sent * this.size) {
      if (this.deliveries !== last) since = performance.now();
      else if (performance.now() - since > QUIET_MS) return;
      last = this.deliveries;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  outcome(sent: number, seconds: number): FanOutResult {
    const wrong = this.counts.filter((count) => count !== sent).length;
    return {
      sent,
      deliveries: this.deliveries,
      expected: sent * this.size,
      seconds,
      disordered: this.disordered + wrong,
    };
  }
}
