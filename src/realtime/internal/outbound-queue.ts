import type { Duplex } from 'node:stream';
import { Clock } from '../../common/clock.js';
import { Frame } from '../wire.js';

/** Volatile frames give way once a quarter of the limit waits; durable ones never do (protocol section 1). */
const VOLATILE_SHARE = 0.25;

export type Urgency = 'durable' | 'volatile';

/** Flushes every queue that got a frame in this turn of the event loop, once, when the turn's input has been handled. */
class Flusher {
  private queues: OutboundQueue[] = [];
  private scheduled = false;

  add(queue: OutboundQueue): void {
    this.queues.push(queue);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.flushAll();
    });
  }

  private flushAll(): void {
    const queues = this.queues;
    this.queues = [];
    this.scheduled = false;
    for (const queue of queues) queue.flush();
  }
}

const flusher = new Flusher();

/**
 * What one connection is owed. Frames of one turn leave in one `writev`: fan-out is system calls, so writing once per
 * socket and turn is where its speed comes from. Whole frames only, so control frames that `ws` writes fit in between.
 */
export class OutboundQueue {
  private frames: Buffer[] = [];
  private queuedBytes = 0;
  /** When each write that the socket has not finished was made, oldest first. */
  private readonly writtenAt: number[] = [];
  private readonly drainWaiters: (() => void)[] = [];

  constructor(
    private readonly socket: Duplex,
    private readonly clock: Clock,
    private readonly limitBytes: number,
    private readonly onOverflow: () => void,
  ) {}

  /** Bytes that the peer has not taken yet. */
  get bufferedBytes(): number {
    return this.queuedBytes + this.socket.writableLength;
  }

  get isFull(): boolean {
    return this.bufferedBytes > this.limitBytes;
  }

  push(frame: Frame, urgency: Urgency): void {
    if (!this.socket.writable) return;
    const bytes = frame.bytes.length;
    if (urgency === 'volatile' && this.bufferedBytes + bytes > this.limitBytes * VOLATILE_SHARE) return;
    // What was queued in this very turn is not the peer's fault: only what the socket does not take counts.
    if (this.bufferedBytes + bytes > this.limitBytes) this.flush();
    // A frame larger than the limit may go to a peer that has taken everything before it.
    if (this.bufferedBytes > 0 && this.bufferedBytes + bytes > this.limitBytes) {
      this.onOverflow();
      return;
    }
    if (this.frames.length === 0) flusher.add(this);
    this.frames.push(frame.bytes);
    this.queuedBytes += bytes;
  }

  flush(): void {
    const frames = this.take();
    const last = frames.pop();
    if (last === undefined || !this.socket.writable) return;
    this.writtenAt.push(this.clock.now());
    if (frames.length === 0) {
      this.socket.write(last, this.onWritten);
      return;
    }
    this.socket.cork();
    for (const bytes of frames) this.socket.write(bytes);
    this.socket.write(last, this.onWritten);
    this.socket.uncork();
  }

  /** Resolves when the peer has taken most of what it is owed, or is gone: for who has much to send. */
  drained(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    this.flush();
    return new Promise((resolve) => {
      this.drainWaiters.push(resolve);
      this.wakeDrained();
    });
  }

  /** Milliseconds that the oldest unread byte has waited for the peer; 0 when nothing is stuck. */
  stalledFor(now: number): number {
    const oldest = this.writtenAt[0];
    return oldest === undefined ? 0 : now - oldest;
  }

  /** Forgets what is queued: the peer is gone, or is told why it is cut. */
  clear(): void {
    this.take();
    this.wakeDrained();
  }

  private get isBusy(): boolean {
    return this.socket.writable && this.bufferedBytes > this.limitBytes * VOLATILE_SHARE;
  }

  private take(): Buffer[] {
    const frames = this.frames;
    this.frames = [];
    this.queuedBytes = 0;
    return frames;
  }

  private wakeDrained(): void {
    if (this.drainWaiters.length === 0 || this.isBusy) return;
    for (const wake of this.drainWaiters.splice(0)) wake();
  }

  private readonly onWritten = (): void => {
    this.writtenAt.shift();
    this.wakeDrained();
  };
}
