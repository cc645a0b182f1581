import type { TestApp } from '../../support/test-app.js';

/** From now on the database notes where a group's logs stood when a member was removed: everything later came after it. */
export async function noteRemovals(app: TestApp): Promise<void> {
  await app.sql('CREATE TABLE removals (user_id uuid, conversation_id uuid, head bigint)');
  await app.sql(`CREATE FUNCTION note_removal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO removals SELECT OLD.user_id, id, last_seq FROM conversations WHERE group_id = OLD.group_id;
      RETURN NULL;
    END $$`);
  await app.sql(
    `CREATE TRIGGER note_removal AFTER DELETE ON group_members FOR EACH ROW EXECUTE FUNCTION note_removal()`,
  );
}

/** The log's head when the user was removed last. */
export async function headAtRemoval(app: TestApp, channelId: string, userId: string): Promise<number> {
  const [row] = await app.sql<{ head: string }>(
    'SELECT max(head) AS head FROM removals WHERE conversation_id = $1 AND user_id = $2',
    [channelId, userId],
  );
  if (row === undefined) throw new Error('No such removal.');
  return Number(row.head);
}
