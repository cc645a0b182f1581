import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import type { AttachmentId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { AttachmentRepository } from '../persistence/attachment.repository.js';
import { BlobCare } from './blob-care.js';
import { UploadSpool } from './upload-spool.js';

const EVERY_MS = 600_000;
const UNCLAIMED_MS = 86_400_000;
/** Longer than any file takes to arrive; one that is still on its way then is refused at its end. */
const UNFINISHED_MS = 21_600_000;
const LEAST_ID = '00000000-0000-0000-0000-000000000000' as AttachmentId;

/**
 * Clears away files that nothing uses: rows are marked first, then their blobs go, then the rows. Every node does it, each
 * step may be repeated, and a crash between two leaves work for the next time.
 */
@Injectable()
export class AttachmentSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stop: Cancel = () => undefined;

  constructor(
    private readonly rows: AttachmentRepository,
    private readonly transactions: TransactionRunner,
    private readonly blobs: BlobCare,
    private readonly spool: UploadSpool,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(EVERY_MS, () => {
      this.tasks.run('sweep files', () => this.sweep());
    });
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }

  /** Everything that is due. */
  async sweep(): Promise<void> {
    const [unclaimed, unfinished] = [this.ago(UNCLAIMED_MS), this.ago(UNFINISHED_MS)];
    while ((await this.transactions.read((tx) => this.rows.markOrphans(tx, { unclaimed, unfinished }))) > 0);
    await this.markOfDeletedMessages();
    await this.purge();
    await this.spool.sweep(unfinished);
    await this.blobs.deleteUnknown(unclaimed);
  }

  /** Deletes what is marked. */
  async purge(): Promise<void> {
    for (;;) {
      const ids = await this.transactions.read((tx) => this.rows.listMarked(tx));
      if (ids.length === 0) return;
      for (const id of ids) await this.blobs.delete(id);
      await this.transactions.read((tx) => this.rows.deleteMarked(tx, ids));
    }
  }

  private async markOfDeletedMessages(): Promise<void> {
    let after: AttachmentId | undefined = LEAST_ID;
    while (after !== undefined) {
      const seen: AttachmentId = after;
      after = await this.transactions.read((tx) => this.rows.markOfDeletedMessages(tx, seen));
    }
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now() - ms);
  }
}
