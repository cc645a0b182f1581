import { Injectable } from '@nestjs/common';
import type { GroupId } from '../../common/ids.js';
import type { PageRequest } from '../../common/paging.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { AuditEntryView } from '../audit-entry.js';
import { GroupAuditEntry } from './group-audit-entry.entity.js';

@Injectable()
export class AuditEntryRepository {
  async insert(tx: Tx, entry: GroupAuditEntry): Promise<void> {
    await tx.insert(GroupAuditEntry, entry);
  }

  /** Newest first. */
  list(tx: Tx, groupId: GroupId, { limit, after }: PageRequest): Promise<AuditEntryView[]> {
    return tx.query<AuditEntryView[]>(
      `SELECT e.id, e.actor_id AS "actorId", a.username AS "actorUsername", e.action,
              e.target_user_id AS "targetUserId", t.username AS "targetUsername", e.target_id AS "targetId",
              e.details, e.created_at AS "createdAt"
         FROM group_audit_entries e
         JOIN users a ON a.id = e.actor_id
         LEFT JOIN users t ON t.id = e.target_user_id
        WHERE e.group_id = $1 AND ($2::timestamptz IS NULL OR (e.created_at, e.id) < ($2, $3::uuid))
        ORDER BY e.created_at DESC, e.id DESC LIMIT $4`,
      [groupId, after?.at ?? null, after?.id ?? null, limit],
    );
  }
}
