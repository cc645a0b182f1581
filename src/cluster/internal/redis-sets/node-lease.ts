import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Cancel, Clock } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';
import type { NodeRoll } from './node-roll.js';

export interface LeaseTimes {
  /** A node that has not renewed its lease for so long is taken for dead. */
  leaseMs: number;
  renewMs: number;
  /** A node that stood still for longer gives itself up. */
  frozenMs: number;
}

export interface LeaseEvents {
  /** This process did not run for longer than it may. */
  stoodStill(): void;
  /** Redis knew nothing of the lease: it may have lost all else too. */
  forgotten(): void;
  /** Others took this node for dead: it has a new name. `stoodStill`: for a good reason. */
  renamed(how: { stoodStill: boolean }): void;
  dead(holders: readonly string[]): void;
}

const BEATS = 5;

/** The name that this node holds entries by, and the lease by which they count. */
export class NodeLease {
  private readonly logger = new Logger(NodeLease.name);
  private name = newName();
  private known = false;
  private beatAt: number;
  private renewAt = 0;
  private renewing = false;
  private frozen = false;
  /** Since when each renewal has succeeded: after a break of Redis, everybody's lease looks as if it had ended. */
  private unbrokenSince: number | undefined;
  private stopBeating: Cancel = () => undefined;

  constructor(
    private readonly roll: NodeRoll,
    private readonly clock: Clock,
    private readonly times: LeaseTimes,
    private readonly events: LeaseEvents,
  ) {
    this.beatAt = clock.now();
  }

  get holder(): string {
    return this.name;
  }

  /** Whether Redis has ever known this holder: what it holds there may be from before an outage. */
  get isKnown(): boolean {
    return this.known;
  }

  start(): void {
    this.beatAt = this.clock.now();
    this.stopBeating = this.clock.every(this.times.renewMs / BEATS, () => {
      this.beat();
    });
  }

  stop(): void {
    this.stopBeating();
  }

  /** Redis was away. */
  broken(): void {
    this.unbrokenSince = undefined;
  }

  /** @throws Unavailable without Redis: the next beat tries again */
  async renew(): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    try {
      await this.ask();
    } catch (error) {
      this.broken();
      throw error;
    } finally {
      this.renewing = false;
    }
  }

  private beat(): void {
    const now = this.clock.now();
    if (now - this.beatAt > this.times.frozenMs) this.standStill(now - this.beatAt);
    this.beatAt = now;
    if (now < this.renewAt) return;
    this.renew().catch((err: unknown) => {
      if (!(err instanceof Unavailable)) this.logger.error({ msg: 'the lease was not renewed', err });
    });
  }

  private standStill(ms: number): void {
    this.logger.warn({ msg: 'this node stood still', ms });
    this.frozen = true;
    this.renewAt = 0;
    this.broken();
    this.events.stoodStill();
  }

  private async ask(): Promise<void> {
    const { frozen, name } = this;
    const begun = this.clock.now();
    const judging = this.unbrokenSince !== undefined && begun - this.unbrokenSince >= this.times.leaseMs;
    const { lease, dead } = await this.roll.renew(name, this.times.leaseMs, judging);
    // It stood still with the question under way: the answer is from before.
    if (this.frozen && !frozen) return;
    this.frozen = false;
    this.renewAt = begun + this.times.renewMs;
    this.unbrokenSince ??= begun;
    if (lease === 'swept') {
      await this.rename(frozen);
      return;
    }
    if (lease === 'missing' && this.known) this.events.forgotten();
    this.known = true;
    const others = dead.filter((holder) => holder !== name);
    if (others.length > 0) this.events.dead(others);
  }

  private async rename(stoodStill: boolean): Promise<void> {
    this.logger.warn({ msg: 'the other nodes took this one for dead' });
    this.name = newName();
    this.known = false;
    this.events.renamed({ stoodStill });
    await this.ask();
  }
}

function newName(): string {
  return randomBytes(12).toString('base64url');
}
