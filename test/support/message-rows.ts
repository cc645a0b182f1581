import type { TestApp } from './test-app.js';

interface Rows {
  conversationId: string;
  senderId: string;
  first: number;
  last: number;
  /** What comes before the number in each text. */
  content?: string;
}

/** Stores messages `first` to `last` of an empty stretch of a log by SQL, far faster than by sending them. */
export async function insertMessages(
  app: Pick<TestApp, 'sql'>,
  { conversationId, senderId, first, last, content = 'message ' }: Rows,
): Promise<void> {
  await app.sql(
    `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, created_at)
     SELECT gen_random_uuid(), $1, n, n, $2, $5 || n, now() FROM generate_series($3::bigint, $4::bigint) n`,
    [conversationId, senderId, first, last, content],
  );
  await app.sql('UPDATE conversations SET last_seq = $2 WHERE id = $1', [conversationId, last]);
}

/** Removes a member behind the app's back: as another node does, whose notification was lost. */
export async function removeBySql(
  app: TestApp,
  { groupId, userId }: { groupId: string; userId: string },
): Promise<void> {
  await app.sql(
    `WITH gone AS (DELETE FROM group_members WHERE group_id = $1 AND user_id = $2)
     UPDATE conversations SET membership_version = membership_version + 1 WHERE group_id = $1`,
    [groupId, userId],
  );
}

/** Edits messages, or deletes those without a new content, behind the app’s back, each as the next change of the log. */
export async function changeMessages(
  app: TestApp,
  conversationId: string,
  changes: readonly { seq: number; content?: string }[],
): Promise<void> {
  for (const { seq, content } of changes)
    await app.sql(
      `WITH log AS (UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
       UPDATE messages SET rev = log.last_seq, content = coalesce($3, content),
              edited_at = CASE WHEN $3::text IS NULL THEN edited_at ELSE now() END,
              deleted_at = CASE WHEN $3::text IS NULL THEN now() ELSE deleted_at END
         FROM log WHERE conversation_id = $1 AND seq = $2`,
      [conversationId, seq, content ?? null],
    );
}
