import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { AttachmentId, MessageId, UserId } from '../common/ids.js';
import { BlobStore, ByteRange } from '../infra/storage/blob-store.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { AttachmentNotFound } from './attachments.errors.js';
import { AttachmentSweeper } from './internal/attachment-sweeper.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';
import { thumbnailKey } from './thumbnail-key.js';

/** A file that is there, as whoever may read it gets it. */
export interface StoredFile {
  id: AttachmentId;
  /** Of its blob. */
  key: string;
  ownerId: UserId;
  /** Null: only its owner may read it. */
  messageId: MessageId | null;
  name: string;
  type: string;
  size: number;
  /** Whether a browser may show it in its place. */
  inline: boolean;
  thumbnail: boolean;
}

const THUMBNAIL_TYPE = 'image/webp';

/** Files that have arrived. Who may read those of a message is decided where messages are known. */
@Injectable()
export class AttachmentsService {
  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly blobs: BlobStore,
    private readonly sweeper: AttachmentSweeper,
  ) {}

  async find(id: AttachmentId): Promise<StoredFile | undefined> {
    const row = await this.transactions.read((tx) => this.rows.find(tx, id));
    if (row?.purpose !== 'message') return undefined;
    const { ownerId, messageId, name, type, size, inline, thumbnail } = row;
    return { id, key: id, ownerId, messageId, name, type, size, inline, thumbnail };
  }

  /** The file's small picture, as a file. @throws AttachmentNotFound when it has none */
  async thumbnailOf(file: StoredFile): Promise<StoredFile> {
    const key = thumbnailKey(file.id);
    const size = file.thumbnail ? await this.blobs.size(key) : undefined;
    if (size === undefined) throw new AttachmentNotFound();
    return { ...file, key, name: `${file.name}.webp`, type: THUMBNAIL_TYPE, size, inline: true };
  }

  /** @throws BlobNotFound */
  read({ key }: StoredFile, range?: ByteRange): Promise<Readable> {
    return this.blobs.read(key, range);
  }

  /** Deletes a file of the user's that is in no message. @throws AttachmentNotFound */
  async delete(userId: UserId, id: AttachmentId): Promise<void> {
    if (!(await this.transactions.read((tx) => this.rows.markUnclaimed(tx, id, userId))))
      throw new AttachmentNotFound();
    await this.sweeper.purge();
  }

  /** Deletes the files of messages that were deleted. */
  async deleteOfMessages(messageIds: readonly MessageId[]): Promise<void> {
    await this.transactions.read((tx) => this.rows.markOfMessages(tx, messageIds));
    await this.sweeper.purge();
  }
}
