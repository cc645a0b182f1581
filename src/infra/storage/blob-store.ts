import { Readable } from 'node:stream';
import { NotFound } from '../../common/domain-error.js';

/** Bytes of a blob, from `start` to `end`, both of them too. */
export interface ByteRange {
  start: number;
  end: number;
}

/** There is no blob with this key (any more). */
export class BlobNotFound extends NotFound {}

const KEY = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}(\.[a-z]+)?$/;

/**
 * Where files are kept. A key is a UUID, perhaps with a suffix such as `.thumbnail`, and is written once: what is there is
 * whole, and stays as it is until it is deleted.
 */
export abstract class BlobStore {
  /** Takes a file over, which is gone from its place afterwards. The blob has outlived a crash once this resolves. */
  abstract put(key: string, file: string): Promise<void>;

  /** In bytes; undefined: there is no such blob. */
  abstract size(key: string): Promise<number | undefined>;

  /** The blob, or a part of it that must lie within it. @throws BlobNotFound */
  abstract read(key: string, range?: ByteRange): Promise<Readable>;

  /** Deleting what is not there is no error. */
  abstract delete(key: string): Promise<void>;

  /** The keys of all blobs, in no order; what is put or deleted meanwhile may be among them. */
  abstract list(): AsyncIterable<string>;
}

/** Whether a text can be a key: what cannot must never become a path. */
export function isBlobKey(text: string): boolean {
  return KEY.test(text);
}
