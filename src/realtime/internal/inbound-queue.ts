/** Frames, and bytes, of one connection that may wait to be handled before its socket is paused. */
export const HELD_FRAMES = 64;
export const HELD_BYTES = 262_144;

/** A frame that has arrived; `retryAfterMs` when the rate limit refused it on arrival. */
export interface InboundFrame {
  text: string;
  refused?: { retryAfterMs: number };
}

/**
 * Handles the frames of one connection one at a time, in the order sent, and holds the rest. It asks for a pause when
 * too much waits, and for more when half of it is handled: nothing is dropped.
 */
export class InboundQueue {
  private frames: InboundFrame[] = [];
  private bytes = 0;
  private running = false;
  private paused = false;

  constructor(
    private readonly handle: (frame: InboundFrame) => void | Promise<void>,
    private readonly flow: { pause(): void; resume(): void },
  ) {}

  push(frame: InboundFrame): void {
    this.frames.push(frame);
    this.bytes += frame.text.length;
    if (!this.paused && (this.frames.length >= HELD_FRAMES || this.bytes >= HELD_BYTES)) {
      this.paused = true;
      this.flow.pause();
    }
    void this.run();
  }

  /** Runs `first` before any frame that waits or comes: the decision whether they may be handled at all. */
  async start(first: () => Promise<void>): Promise<void> {
    this.running = true;
    await first();
    this.running = false;
    await this.run();
  }

  clear(): void {
    this.frames = [];
    this.bytes = 0;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
      this.bytes -= frame.text.length;
      const pending = this.handle(frame);
      if (pending !== undefined) await pending;
      if (this.paused && this.frames.length <= HELD_FRAMES / 2 && this.bytes <= HELD_BYTES / 2) {
        this.paused = false;
        this.flow.resume();
      }
    }
    this.running = false;
  }
}
