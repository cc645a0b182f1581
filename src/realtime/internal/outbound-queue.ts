import type { Duplex } from 'node:stream';
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
  private stalledSince: number | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly limitBytes: number,
    private readonly onOverflow: () => void,
  ) {
    socket.on('drain', () => {
      this.stalledSince = undefined;
    });
  }

  /** Bytes that the peer has not taken yet. */
  get bufferedBytes(): number {
    return this.queuedBytes + this.socket.writableLength;
  }

  push(frame: Frame, urgency: Urgency): void {
    if (!this.socket.writable) return;
    const buffered = this.bufferedBytes + frame.bytes.length;
    if (urgency === 'volatile' && buffered > this.limitBytes * VOLATILE_SHARE) return;
    if (buffered > this.limitBytes) {
      this.clear();
      this.onOverflow();
      return;
    }
    if (this.frames.length === 0) flusher.add(this);
    this.frames.push(frame.bytes);
    this.queuedBytes += frame.bytes.length;
  }

  flush(): void {
    const frames = this.frames;
    this.clear();
    if (frames.length === 0 || !this.socket.writable) return;
    let taken = true;
    if (frames.length === 1) {
      taken = this.socket.write(frames[0]);
    } else {
      this.socket.cork();
      for (const bytes of frames) taken = this.socket.write(bytes);
      this.socket.uncork();
    }
    if (!taken) this.stalledSince ??= Date.now();
  }

  /** Milliseconds that the oldest unread byte has waited for the peer; 0 when nothing is stuck. */
  stalledFor(now: number): number {
    return this.stalledSince === undefined ? 0 : now - this.stalledSince;
  }

  private clear(): void {
    this.frames = [];
    this.queuedBytes = 0;
  }
}
