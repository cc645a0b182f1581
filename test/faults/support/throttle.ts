import { Transform, TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const SLICES_PER_SECOND = 10;

/** Lets a stream through in slices, so many bytes a second; its own buffer is one slice, so its source feels it. */
export class Throttle extends Transform {
  private readonly sliceBytes: number;

  constructor(private readonly limits: { bytesPerSecond?: number; delayMs?: number }) {
    const sliceBytes = Math.ceil((limits.bytesPerSecond ?? Number.MAX_SAFE_INTEGER) / SLICES_PER_SECOND);
    super({ highWaterMark: Math.min(sliceBytes, 65_536) });
    this.sliceBytes = sliceBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    void this.slices(chunk).then(() => {
      done();
    });
  }

  private async slices(chunk: Buffer): Promise<void> {
    const { bytesPerSecond, delayMs } = this.limits;
    if (delayMs !== undefined) await sleep(delayMs);
    for (let at = 0; at < chunk.length; at += this.sliceBytes) {
      const slice = chunk.subarray(at, at + this.sliceBytes);
      if (bytesPerSecond !== undefined) await sleep((slice.length / bytesPerSecond) * 1000);
      this.push(slice);
    }
  }
}
