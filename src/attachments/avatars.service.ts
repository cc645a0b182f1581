import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Unavailable } from '../common/domain-error.js';
import type { AttachmentId, UserId } from '../common/ids.js';
import { Tx, TransactionRunner } from '../infra/database/transaction-runner.js';
import type { ServedFile } from '../infra/http/send-file.js';
import { BlobStore } from '../infra/storage/blob-store.js';
import { UsersService } from '../users/users.service.js';
import { AttachmentNotFound } from './attachments.errors.js';
import { FileArrival } from './internal/file-arrival.js';
import { takeFile } from './internal/multipart-file.js';
import { Reservations } from './internal/reservations.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';

/** The pictures of users, which everyone may see. What was sent is not kept: only a small square of it. */
@Injectable()
export class AvatarsService {
  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly reservations: Reservations,
    private readonly arrival: FileArrival,
    private readonly users: UsersService,
    private readonly blobs: BlobStore,
  ) {}

  /** Makes the picture of a multipart request the user's. @throws FileTooLarge, QuotaUsedUp, FileRefused, Unavailable */
  async set(userId: UserId, request: Request): Promise<void> {
    await this.reservations.during({ ownerId: userId, purpose: 'avatar', request }, async ({ id, room }) => {
      const file = await takeFile(request, (arriving) => this.arrival.storeAvatar(id, arriving, room));
      await this.transactions.run(async (tx) => {
        if (!(await this.rows.finish(tx, id, file))) throw new Unavailable();
        await this.replace(tx, userId, id);
      });
    });
  }

  /** Takes the user's picture away; there need not be one. */
  async remove(userId: UserId): Promise<void> {
    await this.transactions.run((tx) => this.replace(tx, userId, null));
  }

  /** @throws AttachmentNotFound when the user has none */
  async get(userId: UserId): Promise<ServedFile> {
    const id = await this.users.findAvatarId(userId);
    const size = id && (await this.blobs.size(id));
    if (id === undefined || size === undefined) throw new AttachmentNotFound();
    return {
      ...{ etag: `"${id}"`, name: 'avatar.webp', type: 'image/webp', size, inline: true },
      read: (range) => this.blobs.read(id, range),
    };
  }

  /** The one before is marked, for the sweep. */
  private async replace(tx: Tx, userId: UserId, id: AttachmentId | null): Promise<void> {
    const before = await this.users.setAvatar(tx, userId, id);
    if (before !== null) await this.rows.mark(tx, before);
  }
}
