import { Injectable } from '@nestjs/common';
import { AttachmentId, madeAt, parseId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { BlobStore } from '../../infra/storage/blob-store.js';
import { AttachmentRepository } from '../persistence/attachment.repository.js';
import { thumbnailKey } from '../thumbnail-key.js';

const AT_ONCE = 500;
const UUID_LENGTH = 36;

/** The blobs of attachments: one of each, and perhaps a thumbnail. */
@Injectable()
export class BlobCare {
  constructor(
    private readonly blobs: BlobStore,
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
  ) {}

  async delete(id: AttachmentId): Promise<void> {
    await this.blobs.delete(thumbnailKey(id));
    await this.blobs.delete(id);
  }

  /** Deletes blobs from before a moment that no row knows, such as those of rows that a restored backup lacks. */
  async deleteUnknown(before: Date): Promise<void> {
    let old = new Set<AttachmentId>();
    for await (const key of this.blobs.list()) {
      const id = parseId<AttachmentId>(key.slice(0, UUID_LENGTH));
      if (id === undefined || madeAt(id) >= before.getTime()) continue;
      old.add(id);
      if (old.size < AT_ONCE) continue;
      await this.deleteUnknownOf(old);
      old = new Set();
    }
    await this.deleteUnknownOf(old);
  }

  private async deleteUnknownOf(ids: Set<AttachmentId>): Promise<void> {
    if (ids.size === 0) return;
    const known = await this.transactions.read((tx) => this.rows.known(tx, [...ids]));
    for (const id of ids) if (!known.has(id)) await this.delete(id);
  }
}
