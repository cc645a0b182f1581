import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../common/clock.js';
import { AttachmentId, Ids, UserId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { AttachmentRow } from '../persistence/attachment.entity.js';
import { AttachmentRepository } from '../persistence/attachment.repository.js';
import { FileArrival } from './file-arrival.js';
import { announcedBytes, UploadLimits } from './upload-limits.js';

interface Reserved {
  id: AttachmentId;
  /** The bytes that the file may have. */
  room: number;
}

/** Room of a user's quota for a file that is on its way: its row, from before the first byte. */
@Injectable()
export class Reservations {
  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly limits: UploadLimits,
    private readonly arrival: FileArrival,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Reserves room, and gives it back when `work` fails, with all that is there of the file. @throws FileTooLarge, QuotaUsedUp */
  async during<T>(
    { ownerId, purpose, request }: { ownerId: UserId; purpose: AttachmentRow['purpose']; request: Request },
    work: (reserved: Reserved) => Promise<T>,
  ): Promise<T> {
    const reserved = await this.reserve(ownerId, purpose, announcedBytes(request));
    try {
      return await work(reserved);
    } catch (error) {
      await this.giveUp(reserved.id);
      throw error;
    }
  }

  private reserve(
    ownerId: UserId,
    purpose: AttachmentRow['purpose'],
    announced: number | undefined,
  ): Promise<Reserved> {
    this.limits.requireSize(announced);
    return this.transactions.run(async (tx) => {
      const room = this.limits.roomFor(announced, await this.rows.holdUsage(tx, ownerId));
      const id = this.ids.next<AttachmentId>();
      await this.rows.insert(tx, {
        ...{ id, ownerId, messageId: null, name: '', type: '', size: room, width: null, height: null },
        ...{ thumbnail: false, inline: false, purpose, state: 'uploading', createdAt: this.clock.date() },
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
