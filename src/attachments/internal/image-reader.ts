import { Injectable } from '@nestjs/common';
import sharp from 'sharp';
import { Clock } from '../../common/clock.js';
import { WaitingLine } from '../../common/waiting-line.js';
import { FileRefused } from '../attachments.errors.js';

/** Larger pictures are refused: a few bytes may say that they are, and whoever shows them would pay for it. */
const MAX_PIXELS = 100_000_000;
const THUMBNAIL_PIXELS = 320;
const AVATAR_PIXELS = 256;
const TIMEOUT_S = 10;
const READ = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

// Only the readers of what is in READ: libvips knows many more, and each is a way in.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Png', 'Jpeg', 'Nsgif', 'Webp', 'Heif'].map((format) => `VipsForeignLoad${format}`),
});
// One picture at a time, on one thread, beside the work of the server.
sharp.concurrency(1);
sharp.cache(false);

export interface Picture {
  width: number;
  height: number;
  thumbnail: boolean;
}

/** Reads pictures on libvips' threads, one at a time; it never holds a whole one that it need not. */
@Injectable()
export class ImageReader {
  private readonly line: WaitingLine;

  constructor(clock: Clock) {
    this.line = new WaitingLine(1, clock);
  }

  /**
   * How large a picture is when it is shown upright, and a small one of it in `thumbnail`; undefined of what is none, or
   * is broken. @throws FileRefused when it has too many pixels
   */
  read(file: { path: string; type: string }, thumbnail: string): Promise<Picture | undefined> {
    if (!READ.has(file.type)) return Promise.resolve(undefined);
    return this.line.run(async () => {
      const size = await sizeOf(file.path);
      return size && { ...size, thumbnail: await makeThumbnail(file.path, thumbnail) };
    });
  }

  /** Cuts a square from the middle of a picture. @throws FileRefused when it is none, is broken, or has too many pixels */
  makeSquare(file: { path: string; type: string }, square: string): Promise<Square> {
    return this.line.run(async () => {
      if (!READ.has(file.type) || (await sizeOf(file.path)) === undefined) throw new FileRefused('is no picture');
      try {
        return await cutSquare(file.path, square);
      } catch {
        throw new FileRefused('is a picture that cannot be read');
      }
    });
  }
}

export interface Square {
  width: number;
  height: number;
  /** In bytes. */
  size: number;
}

/** Of the first frame alone. */
const open = (path: string) => sharp(path, { limitInputPixels: MAX_PIXELS, sequentialRead: true });

async function sizeOf(path: string): Promise<{ width: number; height: number } | undefined> {
  try {
    const { width, height } = (await open(path).metadata()).autoOrient;
    return { width, height };
  } catch (error) {
    if (error instanceof Error && /pixel limit/.test(error.message))
      throw new FileRefused(`is a picture of over ${MAX_PIXELS} pixels`);
    return undefined;
  }
}

async function cutSquare(path: string, square: string): Promise<Square> {
  const { width, height, size } = await open(path)
    .autoOrient()
    .resize(AVATAR_PIXELS, AVATAR_PIXELS, { fit: 'cover' })
    .webp({ quality: 80 })
    .timeout({ seconds: TIMEOUT_S })
    .toFile(square);
  return { width, height, size };
}

async function makeThumbnail(path: string, thumbnail: string): Promise<boolean> {
  try {
    await open(path)
      .autoOrient()
      .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75 })
      .timeout({ seconds: TIMEOUT_S })
      .toFile(thumbnail);
    return true;
  } catch {
    // It begins like a picture, and is shown by its name.
    return false;
  }
}
