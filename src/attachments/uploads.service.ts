import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Unavailable } from '../common/domain-error.js';
import type { UserId } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Attachment } from './attachment.js';
import { FileArrival } from './internal/file-arrival.js';
import { takeFile } from './internal/multipart-file.js';
import { Reservations } from './internal/reservations.js';
import { toAttachment } from './internal/to-attachment.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';

/** Files on their way here. The row is there before the first byte, and `ready` after the last is safe. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly reservations: Reservations,
    private readonly arrival: FileArrival,
  ) {}

  /**
   * Stores the one file of a multipart request, which nobody but its owner may see until a message takes it. Room for it
   * is reserved before anything of it is read.
   *
   * @throws FileTooLarge, QuotaUsedUp, FileRefused, Unavailable
   */
  receive(ownerId: UserId, request: Request): Promise<Attachment> {
    return this.reservations.during({ ownerId, purpose: 'message', request }, async ({ id, room }) => {
      const file = await takeFile(request, (arriving) => this.arrival.store(id, arriving, room));
      if (!(await this.transactions.read((tx) => this.rows.finish(tx, id, file)))) throw new Unavailable();
      return toAttachment({ id, ...file });
    });
  }
}
