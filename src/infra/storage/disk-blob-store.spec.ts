import { describe, expect, it } from 'vitest';
import { blobStoreContract } from '../../../test/contract/blob-store.contract.js';
import { DiskBlobStore } from './disk-blob-store.js';

blobStoreContract((folder) => Promise.resolve(new DiskBlobStore(folder)));

describe('DiskBlobStore', () => {
  it('has nothing before its folder is made', async () => {
    const found: string[] = [];
    for await (const key of new DiskBlobStore('/nonexistent/files').list()) found.push(key);
    expect(found).toEqual([]);
  });
});
