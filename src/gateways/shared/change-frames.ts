import type { Change } from '../../messages/message.js';
import type { Frame, FrameRun } from '../../realtime/wire.js';
import { EncodeOnce } from './encode-once.js';

/** A dialect's changes as frames, encoded once for all who get the same run. */
export class ChangeFrames {
  private readonly latest = new EncodeOnce<readonly Change[], FrameRun>();

  constructor(private readonly encode: (run: readonly Change[]) => FrameRun) {}

  /** The changes of the run from this index on. */
  of(run: readonly Change[], from: number): Frame {
    return this.latest.of(run, this.encode).from(from);
  }
}
