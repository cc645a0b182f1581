import type { IncomingMessage } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { Cancel, Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { isOriginAllowed } from '../../infra/http/origin-policy.js';
import { AddressPlaces } from './address-places.js';
import { GatewayTraffic, Traffic, TrafficLedger } from './traffic-ledger.js';

/** The share of a stop's time that clients get to answer the close frame; the rest is for the gateways' clean-up. */
const FAREWELL_SHARE = 0.8;
/** Clients of a planned stop come back within this time, spread out. */
const COMEBACK_SPREAD_MS = 5000;
const WAVES = 20;
/** Connections of one address that may be unauthenticated at the same time, and that may be those of guests. */
const PENDING_PER_ADDRESS = 1000;
const GUESTS_PER_ADDRESS = 200;
/** Header lines of an upgrade; browsers and proxies send a few dozen. */
const MOST_HEADERS = 200;

/** A connection, as this node sees all of them. */
export interface Departing {
  /** The path of its gateway, or its namespace. */
  readonly gateway: string;
  readonly traffic: Traffic;
  /** Says `going_away` and closes; it may come back after so long. */
  goAway(retryAfterMs: number): void;
  /** It has had its time. */
  cut(): void;
}

/** How long a client of a planned stop is told to stay away: at random, so that they do not all come back at once. */
export const comebackDelayMs = (): number => Math.floor(Math.random() * COMEBACK_SPREAD_MS);

/** All connections of this node, of both transports: which new ones are taken, and how they are all sent away. */
@Injectable()
export class OpenConnections {
  /** Who has not authenticated yet, and guests: by address. */
  readonly pending = new AddressPlaces(PENDING_PER_ADDRESS);
  readonly guests = new AddressPlaces(GUESTS_PER_ADDRESS);
  /** Of those that have ended. */
  readonly ledger = new TrafficLedger();
  private readonly logger = new Logger('OpenConnections');
  private readonly members = new Set<Departing>();
  private stopping = false;
  private empty: () => void = () => undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Whether a planned stop has begun. */
  get draining(): boolean {
    return this.stopping;
  }

  /** By gateway, of all that this node has and had. */
  traffic(): Map<string, GatewayTraffic> {
    return this.ledger.read(this.members);
  }

  /** Returns its own undo, for when the connection's clean-up has finished. */
  add(member: Departing): Cancel {
    this.members.add(member);
    return () => {
      this.members.delete(member);
      if (this.members.size === 0) this.empty();
    };
  }

  /** The HTTP status with which a new connection of any kind is refused, whatever its path. */
  refusal(request: IncomingMessage): number | undefined {
    const overload = this.overload(request);
    if (overload !== undefined) return overload;
    return isOriginAllowed(request.headers.origin, request.headers.host, this.settings) ? undefined : 403;
  }

  /** As `refusal`, wherever it comes from. */
  overload(request: IncomingMessage): number | undefined {
    if (this.stopping) return 503;
    return request.rawHeaders.length > 2 * MOST_HEADERS ? 431 : undefined;
  }

  /** Says `going_away` to everyone, closes in waves, and resolves when every gateway has cleaned up (section 1, 1012). */
  async drain(): Promise<void> {
    this.stopping = true;
    if (this.members.size === 0) return;
    this.logger.log({ msg: 'draining', connections: this.members.size });
    const timeoutMs = this.settings.SHUTDOWN_TIMEOUT_MS;
    const empty = new Promise<void>((resolve) => {
      this.empty = resolve;
    });
    const cancelCut = this.clock.after(timeoutMs * FAREWELL_SHARE, () => {
      for (const member of this.members) member.cut();
    });
    // A gateway whose clean-up never ends must not keep the process.
    const cancelGivingUp = this.clock.after(timeoutMs, () => {
      this.logger.warn({ msg: 'stopped before every gateway had cleaned up', connections: this.members.size });
      this.empty();
    });
    await this.sendAway();
    await empty;
    cancelCut();
    cancelGivingUp();
  }

  /** Says `going_away` to everyone who is connected now, and closes, in waves; they come back spread out. */
  async sendAway(): Promise<void> {
    const members = [...this.members];
    const wave = Math.max(50, Math.ceil(members.length / WAVES));
    for (let from = 0; from < members.length; from += wave) {
      for (const member of members.slice(from, from + wave)) member.goAway(comebackDelayMs());
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
