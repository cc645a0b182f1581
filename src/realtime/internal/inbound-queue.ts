import type { ParsedMessage } from './message.js';

/** Frames, and bytes, of one connection that may wait to be handled before its socket is paused. */
export const HELD_FRAMES = 64;
export const HELD_BYTES = 262_144;
/** Frames of one connection that may be under way at once, where they overlap. */
export const OVERLAP = 8;

/** A frame that has arrived; `refused` when it was over the rate limit on arrival. */
export interface InboundFrame {
  text: string;
  refused?: { retryAfterMs: number };
  /** Kept by who has parsed it. */
  parsed?: ParsedMessage;
}

export interface InboundFlow<Frame = InboundFrame> {
  /** What is to be done with a frame; the next one waits for it. */
  handle(frame: Frame): void | Promise<void>;
  /** Whether it may begin while frames before it, which may too, are under way: they are answered in order all the same. */
  overlaps(frame: Frame): boolean;
  pause(): void;
  resume(): void;
  /** Last resort: what handled a frame failed. */
  fail(error: unknown): void;
}

/**
 * Handles the frames of one connection one at a time (but for a few that overlap), in the order sent, and holds the rest.
 * It asks for a pause when too much waits, and for more when half of it is handled: nothing is dropped.
 */
export class InboundQueue<Frame extends { text: string } = InboundFrame> {
  private frames: Frame[] = [];
  private bytes = 0;
  private running = false;
  private paused = false;
  /** What overlaps and has not been answered, oldest first; answers come in that order. */
  private begun: Promise<void>[] | undefined;
  private readonly idlers: (() => void)[] = [];

  constructor(private readonly flow: InboundFlow<Frame>) {}

  /** Characters that wait. */
  get held(): number {
    return this.bytes;
  }

  push(frame: Frame): void {
    this.frames.push(frame);
    this.bytes += frame.text.length;
    if (!this.paused && (this.frames.length >= HELD_FRAMES || this.bytes >= HELD_BYTES)) {
      this.paused = true;
      this.flow.pause();
    }
    if (!this.running) void this.run();
  }

  /** Runs `first` before any frame that waits or comes: the decision whether they may be handled at all. */
  async start(first: () => Promise<void>): Promise<void> {
    await this.run(first);
  }

  /** Resolves when nothing is being handled and nothing waits. */
  idle(): Promise<void> {
    if (!this.running && this.begun === undefined) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  clear(): void {
    this.frames = [];
    this.bytes = 0;
  }

  private async run(first?: () => Promise<void>): Promise<void> {
    this.running = true;
    try {
      if (first) await first();
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
        this.bytes -= frame.text.length;
        const before = this.begun && this.before(this.begun, frame);
        if (before !== undefined) await before;
        const pending = this.flow.handle(frame);
        if (pending !== undefined) {
          if (this.flow.overlaps(frame)) this.begin(pending);
          else await pending;
        }
        this.resumeWhenHalfEmpty();
      }
    } catch (error) {
      this.clear();
      this.flow.fail(error);
    }
    this.running = false;
    this.wakeIdlers();
  }

  /** What a frame has to wait for: the oldest when too much is under way, and all of it where it does not overlap. */
  private before(begun: readonly Promise<void>[], frame: Frame): Promise<unknown> | undefined {
    if (!this.flow.overlaps(frame)) return Promise.all(begun);
    return begun.length >= OVERLAP ? begun[0] : undefined;
  }

  private begin(pending: Promise<void>): void {
    this.begun ??= [];
    this.begun.push(this.answered(pending));
  }

  private async answered(pending: Promise<void>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      this.clear();
      this.flow.fail(error);
    }
    void this.begun?.shift();
    if (this.begun?.length === 0) this.begun = undefined;
    this.wakeIdlers();
  }

  private wakeIdlers(): void {
    if (this.running || this.begun !== undefined) return;
    for (const resolve of this.idlers.splice(0)) resolve();
  }

  private resumeWhenHalfEmpty(): void {
    if (!this.paused || this.frames.length > HELD_FRAMES / 2 || this.bytes > HELD_BYTES / 2) return;
    this.paused = false;
    this.flow.resume();
  }
}
