import { Logger } from '@nestjs/common';
import { Cancel } from '../../../common/clock.js';
import { Backplane, BackplaneEvent } from '../../cluster.js';

/** How the Redis is, as this node sees it: away until it has been reached for the first time. */
export class RedisBackplane extends Backplane {
  private readonly logger = new Logger(RedisBackplane.name);
  private readonly listeners = new Map<BackplaneEvent, Set<{ listener: () => void }>>();
  private isAway = true;

  get away(): boolean {
    return this.isAway;
  }

  on(event: BackplaneEvent, listener: () => void): Cancel {
    const seats = this.listeners.get(event) ?? new Set();
    const seat = { listener };
    this.listeners.set(event, seats.add(seat));
    return () => seats.delete(seat);
  }

  /** It cannot be reached; again is nothing new. */
  lose(): void {
    if (this.isAway) return;
    this.isAway = true;
    this.tell('lost');
  }

  /** It can be reached, and notifications may have been lost until now. */
  restore(): void {
    this.isAway = false;
    this.tell('restored');
  }

  /** This node has stood still for too long: what it held is given up. */
  fence(): void {
    this.tell('fenced');
  }

  private tell(event: BackplaneEvent): void {
    const seats = this.listeners.get(event) ?? new Set();
    for (const seat of [...seats]) {
      try {
        if (seats.has(seat)) seat.listener();
      } catch (err) {
        this.logger.error({ msg: 'backplane listener failed', event, err });
      }
    }
  }
}
