import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../common/clock.js';
import { Unavailable } from '../common/domain-error.js';
import { AttachmentId, Ids, UserId } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Attachment } from './attachment.js';
import { FileArrival } from './internal/file-arrival.js';
import { takeFile } from './internal/multipart-file.js';
import { announcedBytes, UploadLimits } from './internal/upload-limits.js';
import { toAttachment } from './internal/to-attachment.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';

/** Files on their way here. The row is there before the first byte, and `ready` after the last is safe. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly limits: UploadLimits,
    private readonly arrival: FileArrival,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Stores the one file of a multipart request, which nobody but its owner may see until a message takes it. Room for it
   * is reserved before anything of it is read.
   *
   * @throws FileTooLarge, QuotaUsedUp, FileRefused, Unavailable
   */
  async receive(ownerId: UserId, request: Request): Promise<Attachment> {
    const { id, room } = await this.reserve(ownerId, announcedBytes(request));
    try {
      const file = await takeFile(request, (arriving) => this.arrival.store(id, arriving, room));
      if (!(await this.transactions.read((tx) => this.rows.finish(tx, id, file)))) throw new Unavailable();
      return toAttachment({ id, ...file });
    } catch (error) {
      await this.giveUp(id);
      throw error;
    }
  }

  private reserve(ownerId: UserId, announced: number | undefined): Promise<{ id: AttachmentId; room: number }> {
    this.limits.requireSize(announced);
    return this.transactions.run(async (tx) => {
      const room = this.limits.roomFor(announced, await this.rows.holdUsage(tx, ownerId));
      const id = this.ids.next<AttachmentId>();
      await this.rows.insert(tx, {
        ...{ id, ownerId, messageId: null, name: '', type: '', size: room, width: null, height: null },
        ...{ thumbnail: false, inline: false, purpose: 'message', state: 'uploading', createdAt: this.clock.date() },
      });
      return { id, room };
    });
  }

  private async giveUp(id: AttachmentId): Promise<void> {
    await this.arrival.undo(id);
    await this.transactions.read(async (tx) => {
      await this.rows.giveUp(tx, id);
      await this.rows.deleteMarked(tx, [id]);
    });
  }
}
