import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { isErrnoException } from '../../common/errno.js';
import { makeFolder } from '../../common/make-folder.js';
import { Settings } from '../../config/settings.js';
import { storageFolder } from '../../infra/storage/storage-folder.js';

export interface SpooledFile {
  path: string;
  /** In bytes. */
  size: number;
}

/** Where files are while they arrive, on this node's disk: a chunk of each is in memory, whatever its size. */
@Injectable()
export class UploadSpool {
  private readonly folder: string;

  constructor(settings: Settings) {
    this.folder = path.join(storageFolder(settings), 'incoming');
  }

  /** The place of a file that is made here. */
  place(name: string): string {
    makeFolder(this.folder);
    return path.join(this.folder, name);
  }

  /** Keeps what arrives; more than `most` bytes is an error, and nothing is left of it. */
  async write(
    name: string,
    content: Readable,
    { most, tooMuch }: { most: number; tooMuch: () => Error },
  ): Promise<SpooledFile> {
    const file = { path: this.place(name), size: 0 };
    try {
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            file.size += chunk.length;
            if (file.size > most) throw tooMuch();
            yield chunk;
          }
        },
        createWriteStream(file.path),
      );
    } catch (error) {
      await this.discard(name);
      throw error;
    }
    return file;
  }

  async discard(name: string): Promise<void> {
    await rm(path.join(this.folder, name), { force: true });
  }

  /** Deletes what a crash has left here. */
  async sweep(before: Date): Promise<void> {
    for (const name of await this.names()) {
      const info = await stat(path.join(this.folder, name)).catch(unlessGone);
      if (info !== undefined && info.mtime < before) await this.discard(name);
    }
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.folder).catch(unlessGone)) ?? [];
  }
}

function unlessGone(error: unknown): undefined {
  if (!isErrnoException(error, 'ENOENT')) throw error;
}
