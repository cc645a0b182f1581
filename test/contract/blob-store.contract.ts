import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobNotFound, type BlobStore } from '../../src/infra/storage/blob-store.js';

/** What every storage promises; `make` gives an empty one, with `close` for its end. */
export function blobStoreContract(make: (folder: string) => Promise<BlobStore>): void {
  describe('a blob store', () => {
    let folder: string;
    let store: BlobStore;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'parley-blobs-'));
      store = await make(path.join(folder, 'store'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const put = async (content: Buffer, key = v7()) => {
      const file = path.join(folder, 'incoming');
      await writeFile(file, content);
      await store.put(key, file);
      return key;
    };
    const contentOf = async (key: string, range?: { start: number; end: number }) =>
      buffer(await store.read(key, range));
    const keys = async () => {
      const found: string[] = [];
      for await (const key of store.list()) found.push(key);
      return found;
    };

    it('gives back what was put, whole and in part', async () => {
      const content = randomBytes(300_000);
      const key = await put(content);
      expect(await store.size(key)).toBe(content.length);
      expect((await contentOf(key)).equals(content)).toBe(true);
      expect((await contentOf(key, { start: 0, end: 0 })).equals(content.subarray(0, 1))).toBe(true);
      expect((await contentOf(key, { start: 99_999, end: 200_000 })).equals(content.subarray(99_999, 200_001))).toBe(
        true,
      );
    });

    it('takes the file over', async () => {
      await put(Buffer.from('x'));
      await expect(stat(path.join(folder, 'incoming'))).rejects.toThrow('ENOENT');
    });

    it('keeps an empty file', async () => {
      const key = await put(Buffer.alloc(0));
      expect(await store.size(key)).toBe(0);
      expect((await contentOf(key)).length).toBe(0);
    });

    it('does not know what was never put, or was deleted', async () => {
      const key = await put(Buffer.from('gone soon'));
      await store.delete(key);
      for (const missing of [key, v7()]) {
        expect(await store.size(missing)).toBeUndefined();
        await expect(store.read(missing)).rejects.toThrow(BlobNotFound);
      }
    });

    it('deletes what is not there without a word', async () => {
      await expect(store.delete(v7())).resolves.toBeUndefined();
    });

    it('keeps a suffixed key apart', async () => {
      const key = await put(Buffer.from('large'));
      await put(Buffer.from('small'), `${key}.thumbnail`);
      await store.delete(key);
      expect((await contentOf(`${key}.thumbnail`)).toString()).toBe('small');
    });

    it('lists the keys of all that is there', async () => {
      const present = [await put(Buffer.from('1')), await put(Buffer.from('2'), `${v7()}.thumbnail`)];
      const gone = await put(Buffer.from('3'));
      await store.delete(gone);
      const found = await keys();
      expect(found).toEqual(expect.arrayContaining(present));
      expect(found).not.toContain(gone);
    });

    it.each(['../../etc/passwd', '', 'a/b', `${v7()}/..`, `${v7()}.Thumb`, `${v7()}\0`])(
      'refuses %j as a key',
      async (key) => {
        await expect(store.read(key)).rejects.toThrow('no key');
        await expect(store.delete(key)).rejects.toThrow('no key');
      },
    );
  });
}
