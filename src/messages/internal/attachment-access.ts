import { Injectable } from '@nestjs/common';
import { AttachmentNotFound } from '../../attachments/attachments.errors.js';
import { AttachmentsService, StoredFile } from '../../attachments/attachments.service.js';
import { NotFound } from '../../common/domain-error.js';
import type { AttachmentId, UserId } from '../../common/ids.js';
import { MessageHistoryService } from '../message-history.service.js';

/** Who may read a file: whoever may read its message; the owner, while it is in none. */
@Injectable()
export class AttachmentAccess {
  constructor(
    private readonly attachments: AttachmentsService,
    private readonly history: MessageHistoryService,
  ) {}

  /** @throws AttachmentNotFound, also for those who may not know of it */
  async get(userId: UserId, id: AttachmentId): Promise<StoredFile> {
    const file = await this.attachments.find(id);
    if (file === undefined || !(await this.mayRead(userId, file))) throw new AttachmentNotFound();
    return file;
  }

  private async mayRead(userId: UserId, { ownerId, messageId }: StoredFile): Promise<boolean> {
    if (messageId === null) return ownerId === userId;
    try {
      return (await this.history.get(userId, messageId)).message.deletedAt === null;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }
}
