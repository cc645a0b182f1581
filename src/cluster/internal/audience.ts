import { Logger } from '@nestjs/common';
import { Cancel } from '../../common/clock.js';

interface Seat<T> {
  listener: (message: T) => void;
  active: boolean;
  /** What has come while the seat is not open yet. */
  held: T[] | undefined;
}

/** What has been sent and not delivered yet, by all audiences of the process: they keep one order between them. */
class Outbox {
  private waiting: (() => void)[] = [];

  put(deliver: () => void): void {
    if (this.waiting.push(deliver) > 1) return;
    // A promise's microtask: those of `queueMicrotask` carry an async resource, which costs five times as much.
    void Promise.resolve().then(() => {
      // The loop also reaches what listeners send meanwhile; `waiting` is not empty until it is done, so no second one starts.
      for (const waiting of this.waiting) waiting();
      this.waiting = [];
    });
  }
}

const outbox = new Outbox();

/**
 * Listeners by name. What is sent goes out in a microtask, one message after the other, to those who listened when it was
 * sent and still do: a listener may send, subscribe and cancel, and all others still see one order.
 */
export class Audience<T> {
  private readonly logger = new Logger(Audience.name);
  private readonly seats = new Map<string, Set<Seat<T>>>();

  /** With `next turn`, what is sent until then is held, and delivered in the next turn of the event loop. */
  add(name: string, listener: (message: T) => void, opens: 'now' | 'next turn' = 'now'): Cancel {
    const seat: Seat<T> = { listener, active: true, held: opens === 'now' ? undefined : [] };
    if (seat.held) {
      setImmediate(() => {
        this.open(name, seat);
      });
    }
    const seats = this.seats.get(name) ?? new Set();
    this.seats.set(name, seats.add(seat));
    return () => {
      seat.active = false;
      if (seats.delete(seat) && seats.size === 0) this.seats.delete(name);
    };
  }

  has(name: string): boolean {
    return this.seats.has(name);
  }

  send(name: string, message: T): void {
    const seats = this.seats.get(name);
    if (!seats) return;
    const listening = [...seats];
    outbox.put(() => {
      for (const seat of listening) {
        if (seat.held) seat.held.push(message);
        else this.deliver(name, seat, message);
      }
    });
  }

  private open(name: string, seat: Seat<T>): void {
    const held = seat.held ?? [];
    seat.held = undefined;
    for (const message of held) this.deliver(name, seat, message);
  }

  private deliver(name: string, seat: Seat<T>, message: T): void {
    if (!seat.active) return;
    try {
      seat.listener(message);
    } catch (err) {
      this.logger.error({ msg: 'cluster listener failed', name, err });
    }
  }
}
