import { Injectable, Logger } from '@nestjs/common';
import { Unavailable } from '../../common/domain-error.js';
import type { AttachmentId } from '../../common/ids.js';
import { BlobStore } from '../../infra/storage/blob-store.js';
import type { ArrivedFile } from '../persistence/attachment.repository.js';
import { thumbnailKey } from '../thumbnail-key.js';
import { fileName } from './file-name.js';
import { mayBeShown, typeOfFile } from './file-type.js';
import { ImageReader, Picture } from './image-reader.js';
import type { ArrivingFile } from './multipart-file.js';
import { UploadLimits } from './upload-limits.js';
import { SpooledFile, UploadSpool } from './upload-spool.js';

/** From the first byte to the blob: onto the disk, looked at there, and into the storage. */
@Injectable()
export class FileArrival {
  private readonly logger = new Logger(FileArrival.name);

  constructor(
    private readonly spool: UploadSpool,
    private readonly images: ImageReader,
    private readonly blobs: BlobStore,
    private readonly limits: UploadLimits,
  ) {}

  /** @throws FileTooLarge, QuotaUsedUp, FileRefused, Unavailable when it cannot be kept */
  async store(id: AttachmentId, { name, declaredType, content }: ArrivingFile, room: number): Promise<ArrivedFile> {
    return this.guarded(id, async () => {
      const spooled = await this.spool.write(id, content, { most: room, tooMuch: () => this.limits.tooMuch(room) });
      const type = await typeOfFile(spooled.path);
      const picture = await this.images.read({ path: spooled.path, type }, this.spool.place(thumbnailKey(id)));
      await this.keep(id, spooled, picture);
      return {
        ...{ name: fileName(name), type, size: spooled.size, width: picture?.width ?? null },
        ...{ height: picture?.height ?? null, thumbnail: picture?.thumbnail ?? false },
        inline: mayBeShown(type, declaredType),
      };
    });
  }

  /** Keeps the small square of a picture, and not the picture. @throws FileTooLarge, QuotaUsedUp, FileRefused, Unavailable */
  storeAvatar(id: AttachmentId, { content }: ArrivingFile, room: number): Promise<ArrivedFile> {
    return this.guarded(id, async () => {
      const sent = sentKey(id);
      try {
        const spooled = await this.spool.write(sent, content, {
          most: room,
          tooMuch: () => this.limits.tooMuch(room),
        });
        const type = await typeOfFile(spooled.path);
        const square = await this.images.makeSquare({ path: spooled.path, type }, this.spool.place(id));
        await this.blobs.put(id, this.spool.place(id));
        return { name: 'avatar.webp', type: 'image/webp', ...square, thumbnail: false, inline: true };
      } finally {
        await this.spool.discard(sent);
      }
    });
  }

  /** Nothing of the file is left; what has no row any more is swept, should this fail. */
  async undo(id: AttachmentId): Promise<void> {
    await this.spool.discard(sentKey(id));
    for (const key of [id, thumbnailKey(id)]) {
      await this.spool.discard(key);
      await this.blobs.delete(key);
    }
  }

  private async keep(id: AttachmentId, { path }: SpooledFile, picture: Picture | undefined): Promise<void> {
    if (picture?.thumbnail === true) await this.blobs.put(thumbnailKey(id), this.spool.place(thumbnailKey(id)));
    await this.blobs.put(id, path);
  }

  private async guarded<T>(id: AttachmentId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (err) {
      if (!(err instanceof Error && 'syscall' in err)) throw err;
      this.logger.error({ msg: 'a file could not be kept', attachment_id: id, err });
      throw new Unavailable();
    }
  }
}

/** What was sent, beside what is made of it. */
const sentKey = (id: AttachmentId) => `${id}.sent`;
