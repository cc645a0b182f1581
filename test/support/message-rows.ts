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
