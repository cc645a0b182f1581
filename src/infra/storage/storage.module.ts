import { Global, Module } from '@nestjs/common';
import { Settings } from '../../config/settings.js';
import { BlobStore } from './blob-store.js';
import { DiskBlobStore } from './disk-blob-store.js';
import { storageFolder } from './storage-folder.js';

/** Where files are kept. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: (settings: Settings) => new DiskBlobStore(storageFolder(settings)),
    },
  ],
  exports: [BlobStore],
})
export class StorageModule {}
