import { CloseCode } from '../close-codes.js';

/** What one connection has sent and was sent so far; a frame of raw WebSocket, an event of Socket.IO. */
export interface Traffic {
  received: number;
  sent: number;
  sentBytes: number;
}

/** What the connections of one gateway amount to, those that are gone included. */
export interface GatewayTraffic extends Traffic {
  open: number;
  opened: number;
  /** How many ended with each close code. */
  closes: ReadonlyMap<string, number>;
}

/** Codes that a client may have made up are one: what is counted must not be for it to choose. */
const KNOWN_CODES = new Set<number>([...Object.values(CloseCode), 1005, 1006]);

interface Ended extends Traffic {
  count: number;
  closes: Map<string, number>;
}

const nothing = (): Ended => ({ count: 0, received: 0, sent: 0, sentBytes: 0, closes: new Map() });

/** Sums up connections by gateway; nothing is counted here for each message. */
export class TrafficLedger {
  private readonly ended = new Map<string, Ended>();

  /** A gateway without any connections so far is there as well. */
  know(gateway: string): void {
    if (!this.ended.has(gateway)) this.ended.set(gateway, nothing());
  }

  gone(gateway: string, traffic: Traffic, code: number): void {
    const sum = this.ended.get(gateway) ?? nothing();
    this.ended.set(gateway, sum);
    add(sum, traffic);
    sum.count += 1;
    const label = KNOWN_CODES.has(code) ? String(code) : 'other';
    sum.closes.set(label, (sum.closes.get(label) ?? 0) + 1);
  }

  /** With those that are open now. */
  read(open: Iterable<{ readonly gateway: string; readonly traffic: Traffic }>): Map<string, GatewayTraffic> {
    const sums = new Map([...this.ended].map(([gateway, ended]) => [gateway, sumOf(ended)]));
    for (const { gateway, traffic } of open) {
      const sum = sums.get(gateway) ?? sumOf(nothing());
      sums.set(gateway, sum);
      add(sum, traffic);
      sum.open += 1;
      sum.opened += 1;
    }
    return sums;
  }
}

function sumOf({ count, ...sum }: Ended): GatewayTraffic {
  return { ...sum, open: 0, opened: count };
}

function add(sum: Traffic, { received, sent, sentBytes }: Traffic): void {
  sum.received += received;
  sum.sent += sent;
  sum.sentBytes += sentBytes;
}
