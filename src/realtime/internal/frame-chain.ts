import type { Duplex } from 'node:stream';

/** What is owed to one connection alone is copied into one buffer up to this size, and else written in pieces. */
const COPY_LIMIT = 16 * 1024;

/**
 * The frames that a connection is owed in one turn, as a list that grows at its end. Connections that are owed the same
 * frames in the same order share one list, whose frames are joined once: one buffer for a room and a turn.
 */
export class FrameChain {
  readonly length: number;
  /** How many frames. */
  readonly count: number;
  private latest: FrameChain | undefined;
  private isShared = false;
  private joined: Buffer | undefined;

  constructor(
    private readonly before?: FrameChain,
    private readonly frame?: Buffer,
  ) {
    this.length = (before?.length ?? 0) + (frame?.length ?? 0);
    this.count = (before?.count ?? 0) + (frame ? 1 : 0);
  }

  followedBy(frame: Buffer): FrameChain {
    if (this.latest?.frame === frame) {
      this.latest.isShared = true;
      return this.latest;
    }
    this.latest = new FrameChain(this, frame);
    return this.latest;
  }

  /** In one write, or one `writev`. */
  writeTo(socket: Duplex): void {
    if (this.isShared || this.isSingle || this.length <= COPY_LIMIT) {
      socket.write(this.join());
      return;
    }
    socket.cork();
    for (const frame of this.frames()) socket.write(frame);
    socket.uncork();
  }

  private get isSingle(): boolean {
    return this.before?.frame === undefined;
  }

  private join(): Buffer {
    if (this.isSingle && this.frame) return this.frame;
    this.joined ??= Buffer.concat(this.frames(), this.length);
    return this.joined;
  }

  private frames(): Buffer[] {
    const frames = this.frame ? [this.frame] : [];
    for (let link = this.before; link?.frame; link = link.before) frames.push(link.frame);
    return frames.reverse();
  }
}
