import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { isErrnoException } from '../../common/errno.js';
import { makeFolder } from '../../common/make-folder.js';
import { BlobNotFound, BlobStore, ByteRange, isBlobKey } from './blob-store.js';

const UUID_LENGTH = 36;
const SHARD = /^[\da-f]{2}$/;

/** Blobs as files of a folder, in 256 folders of it by the last digits of their id, which are random. */
export class DiskBlobStore extends BlobStore {
  constructor(private readonly folder: string) {
    super();
  }

  async put(key: string, file: string): Promise<void> {
    const target = this.pathOf(key);
    makeFolder(path.dirname(target));
    await flush(file);
    await rename(file, target);
    await flush(path.dirname(target));
  }

  async size(key: string): Promise<number | undefined> {
    return unlessMissing(async () => (await stat(this.pathOf(key))).size);
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const file = await unlessMissing(() => open(this.pathOf(key)));
    if (file === undefined) throw new BlobNotFound();
    return file.createReadStream(range);
  }

  async delete(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  async *list(): AsyncIterable<string> {
    const shards = (await unlessMissing(() => readdir(this.folder))) ?? [];
    for (const shard of shards.filter((name) => SHARD.test(name)))
      yield* (await readdir(path.join(this.folder, shard))).filter(isBlobKey);
  }

  private pathOf(key: string): string {
    if (!isBlobKey(key)) throw new Error('This is no key of a blob');
    return path.join(this.folder, key.slice(UUID_LENGTH - 2, UUID_LENGTH), key);
  }
}

async function unlessMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** What was written to a file, or renamed in a folder, is on the disk afterwards. */
async function flush(file: string): Promise<void> {
  const handle = await open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
