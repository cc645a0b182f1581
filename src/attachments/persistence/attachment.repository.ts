import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { AttachmentId, MessageId, UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { AttachmentRow } from './attachment.entity.js';

/** What is known of a file once it is there. */
export type ArrivedFile = Pick<AttachmentRow, 'name' | 'type' | 'size' | 'width' | 'height' | 'thumbnail' | 'inline'>;

/** So many at once, so that no statement is long. */
const AT_ONCE = 500;

@Injectable()
export class AttachmentRepository {
  /** Holds the user's files until `tx` has ended, and gives the bytes that they take, with what is announced. */
  async holdUsage(tx: Tx, ownerId: UserId): Promise<number> {
    await tx.query(`SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE`, [ownerId]);
    // A statement of its own: its snapshot is younger than the lock.
    const [row] = await tx.query<{ used: string }[]>(
      `SELECT coalesce(sum(size), 0) AS used FROM attachments WHERE owner_id = $1 AND state <> 'deleted'`,
      [ownerId],
    );
    return Number(row?.used);
  }

  async insert(tx: Tx, row: AttachmentRow): Promise<void> {
    await tx.insert(AttachmentRow, row);
  }

  find(tx: Tx, id: AttachmentId): Promise<AttachmentRow | null> {
    return tx.findOneBy(AttachmentRow, { id, state: 'ready' });
  }

  /** Whether it was still expected. */
  async finish(tx: Tx, id: AttachmentId, file: ArrivedFile): Promise<boolean> {
    const { affected } = await tx.update(AttachmentRow, { id, state: 'uploading' }, { ...file, state: 'ready' });
    return affected === 1;
  }

  /** Marks what did not arrive. */
  async giveUp(tx: Tx, id: AttachmentId): Promise<void> {
    await tx.update(AttachmentRow, { id, state: 'uploading' }, { state: 'deleted' });
  }

  async mark(tx: Tx, id: AttachmentId): Promise<void> {
    await tx.update(AttachmentRow, { id }, { state: 'deleted' });
  }

  /** Marks a file of the owner's that is in no message; false: there is none. */
  async markUnclaimed(tx: Tx, id: AttachmentId, ownerId: UserId): Promise<boolean> {
    const rows = await returned(
      tx.query(
        `UPDATE attachments SET state = 'deleted'
          WHERE id = $1 AND owner_id = $2 AND message_id IS NULL AND purpose = 'message' AND state = 'ready' RETURNING id`,
        [id, ownerId],
      ),
    );
    return rows.length > 0;
  }

  async markOfMessages(tx: Tx, messageIds: readonly MessageId[]): Promise<void> {
    await tx.query(`UPDATE attachments SET state = 'deleted' WHERE message_id = ANY ($1::uuid[])`, [messageIds]);
  }

  /** Marks some of the files that no message took in time, and of those that never arrived whole; how many. */
  async markOrphans(tx: Tx, { unclaimed, unfinished }: { unclaimed: Date; unfinished: Date }): Promise<number> {
    const rows = await returned(
      tx.query(
        `UPDATE attachments SET state = 'deleted' WHERE id IN (
           SELECT id FROM attachments
            WHERE message_id IS NULL
              AND (state = 'ready' AND purpose = 'message' AND created_at < $1 OR state = 'uploading' AND created_at < $2)
            LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) RETURNING id`,
        [unclaimed, unfinished],
      ),
    );
    return rows.length;
  }

  /** Looks at claimed files after `after`, in the order of their ids, and marks those whose message was deleted; the last one seen. */
  async markOfDeletedMessages(tx: Tx, after: AttachmentId): Promise<AttachmentId | undefined> {
    const rows = await tx.query<{ id: AttachmentId; deleted: boolean }[]>(
      `SELECT a.id, m.deleted_at IS NOT NULL AS deleted
         FROM (SELECT id, message_id FROM attachments
                WHERE id > $1 AND message_id IS NOT NULL AND state = 'ready' ORDER BY id LIMIT ${AT_ONCE}) a
         JOIN messages m ON m.id = a.message_id ORDER BY a.id`,
      [after],
    );
    const deleted = rows.filter((row) => row.deleted).map(({ id }) => id);
    if (deleted.length > 0) await tx.update(AttachmentRow, { id: In(deleted) }, { state: 'deleted' });
    return rows.at(-1)?.id;
  }

  /** Some that are marked. */
  async listMarked(tx: Tx): Promise<AttachmentId[]> {
    const rows = await tx.find(AttachmentRow, { select: { id: true }, where: { state: 'deleted' }, take: AT_ONCE });
    return rows.map(({ id }) => id);
  }

  /** Only once their blobs are gone. */
  async deleteMarked(tx: Tx, ids: readonly AttachmentId[]): Promise<void> {
    await tx.delete(AttachmentRow, { id: In(ids), state: 'deleted' });
  }

  /** Those of the ids that have a row. */
  async known(tx: Tx, ids: readonly AttachmentId[]): Promise<Set<AttachmentId>> {
    const rows = await tx.find(AttachmentRow, { select: { id: true }, where: { id: In(ids) } });
    return new Set(rows.map(({ id }) => id));
  }
}

/** TypeORM gives the rows of an UPDATE with their count. */
async function returned(updated: Promise<unknown>): Promise<unknown[]> {
  return ((await updated) as [unknown[], number])[0];
}
