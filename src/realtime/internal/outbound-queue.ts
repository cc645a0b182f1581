import type { Duplex } from 'node:stream';
import { Clock } from '../../common/clock.js';
import { Urgency } from '../client-connection.js';
import { Frame } from '../wire.js';
import { FrameChain } from './frame-chain.js';

/** Volatile frames give way once a quarter of the limit waits; durable ones never do (protocol section 1). */
const VOLATILE_SHARE = 0.25;

/** Nothing once the connection is closing, and nothing volatile before it is open. */
type Accepts = 'nothing' | 'durable' | 'all';

interface QueueOwner {
  /** Whether whole frames may still be written: no close frame has been. */
  readonly isOpen: boolean;
  tooSlow(): void;
}

/** Flushes every queue that got a frame in this turn of the event loop, once, when the turn's input has been handled. */
class Flusher {
  private queues: OutboundQueue[] = [];
  private start = new FrameChain();

  /** Where a queue's frames of this turn start. */
  add(queue: OutboundQueue): FrameChain {
    if (this.queues.push(queue) === 1) {
      setImmediate(() => {
        this.flushAll();
      });
    }
    return this.start;
  }

  private flushAll(): void {
    const queues = this.queues;
    this.queues = [];
    this.start = new FrameChain();
    for (const queue of queues) queue.flush();
  }
}

const flusher = new Flusher();

/** What was written at one time, and how much had been written with it. */
interface Writing {
  at: number;
  total: number;
}

/**
 * What one connection is owed. Frames of one turn leave in one write: fan-out is system calls, so writing once per
 * socket and turn is where its speed comes from. Whole frames only, so control frames that `ws` writes fit in between.
 * It holds nothing while its connection is idle.
 */
export class OutboundQueue {
  accepts: Accepts = 'durable';
  private queued: FrameChain | undefined;
  private written = 0;
  private writtenFrames = 0;
  /** The writes that the socket has not finished, oldest first. */
  private unfinished: Writing[] | undefined;
  private drainWaiters: (() => void)[] | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly clock: Clock,
    private readonly limitBytes: number,
    private readonly owner: QueueOwner,
  ) {}

  /** Bytes that the peer has not taken yet. */
  get bufferedBytes(): number {
    return (this.queued?.length ?? 0) + this.socket.writableLength;
  }

  /** What was written so far. */
  get sent(): { sent: number; sentBytes: number } {
    return { sent: this.writtenFrames, sentBytes: this.written };
  }

  get isFull(): boolean {
    return this.bufferedBytes > this.limitBytes;
  }

  push({ bytes }: Frame, urgency: Urgency): void {
    if (this.accepts === 'nothing' || (urgency === 'volatile' && this.accepts !== 'all')) return;
    if (this.mayBeBusyWith(bytes.length) && !this.hasRoomFor(bytes.length, urgency)) return;
    this.queued = (this.queued ?? flusher.add(this)).followedBy(bytes);
  }

  flush(): void {
    const { queued, socket } = this;
    this.queued = undefined;
    if (queued === undefined || !this.canWrite) return;
    this.written += queued.length;
    this.writtenFrames += queued.count;
    queued.writeTo(socket);
    // Asking for the time, and remembering it, is only worth while for a peer that is behind.
    if (socket.writableLength > 0) this.remember({ at: this.clock.now(), total: this.written });
    else this.unfinished = undefined;
  }

  /** Resolves when the peer has taken most of what it is owed, or is gone: for who has much to send. */
  drained(): Promise<void> {
    if (this.isBusy) this.flush();
    return this.isBusy ? this.caughtUp() : Promise.resolve();
  }

  /** Whether what was written before waits in the socket, or much is about to be: the peer reads more slowly than it is sent to. */
  get isBehind(): boolean {
    return this.canWrite && (this.socket.writableNeedDrain || this.isMuchQueued);
  }

  /** Resolves when the socket has taken all that it was sent, or the peer is gone. */
  caughtUp(): Promise<void> {
    if (this.isMuchQueued) this.flush();
    if (!this.socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      this.drainWaiters ??= this.awaitDrain();
      this.drainWaiters.push(resolve);
    });
  }

  /** Milliseconds that the oldest unread byte has waited for the peer; 0 when nothing is stuck. */
  stalledFor(now: number): number {
    this.forgetFinished();
    const oldest = this.unfinished?.[0];
    return oldest === undefined ? 0 : now - oldest.at;
  }

  /** Forgets what is queued: the peer is gone, or is told why it is cut. */
  clear(): void {
    this.queued = undefined;
    this.unfinished = undefined;
    this.wakeDrained();
  }

  private get isBusy(): boolean {
    return this.canWrite && this.bufferedBytes > this.limitBytes * VOLATILE_SHARE;
  }

  private get isMuchQueued(): boolean {
    return (this.queued?.length ?? 0) > this.limitBytes * VOLATILE_SHARE;
  }

  /** Behind what waits for the peer there may be our answer to its close frame: nothing may follow that. */
  private get canWrite(): boolean {
    const { socket, owner } = this;
    return socket.writable && (socket.writableLength === 0 || owner.isOpen);
  }

  /** The socket is not asked while its peer keeps up: in a large room it would be fetched from memory for that alone. */
  private mayBeBusyWith(bytes: number): boolean {
    return this.unfinished !== undefined || (this.queued?.length ?? 0) + bytes > this.limitBytes * VOLATILE_SHARE;
  }

  private hasRoomFor(bytes: number, urgency: Urgency): boolean {
    if (!this.socket.writable) return false;
    if (this.bufferedBytes + bytes <= this.limitBytes * VOLATILE_SHARE) return true;
    if (urgency === 'volatile') return false;
    if (this.makeRoomFor(bytes)) return true;
    this.owner.tooSlow();
    return false;
  }

  /**
   * What was queued in this very turn is not the peer's fault: only what the socket does not take counts. One that has
   * taken nearly everything before may be owed more than the limit at once: a large frame, or the run of a batch.
   */
  private makeRoomFor(bytes: number): boolean {
    if (this.bufferedBytes + bytes <= this.limitBytes) return true;
    this.flush();
    return !this.isBusy || this.bufferedBytes + bytes <= this.limitBytes;
  }

  private remember(writing: Writing): void {
    this.forgetFinished();
    (this.unfinished ??= []).push(writing);
  }

  /** The socket takes writes in their order, so what it has taken tells which are finished. */
  private forgetFinished(): void {
    const taken = this.written - this.socket.writableLength;
    while (this.unfinished?.[0] !== undefined && this.unfinished[0].total <= taken) this.unfinished.shift();
    if (this.unfinished?.length === 0) this.unfinished = undefined;
  }

  private awaitDrain(): (() => void)[] {
    this.socket.once('drain', () => {
      this.wakeDrained();
    });
    return [];
  }

  private wakeDrained(): void {
    const waiters = this.drainWaiters ?? [];
    this.drainWaiters = undefined;
    for (const wake of waiters) wake();
  }
}
