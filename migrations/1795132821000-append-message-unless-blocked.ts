import { MigrationInterface, QueryRunner } from 'typeorm';
import { CREATE_APPEND_MESSAGE } from './1795132810000-add-append-message.js';

/** As before (`add-append-message`), and nothing is stored where one side of a direct conversation has blocked the other. */
const REPLACE = `
CREATE OR REPLACE FUNCTION append_message(
  skip_locked boolean, sent_at timestamptz, log_id uuid, message_id uuid, sender uuid, body text,
  expected_kind text, its_nonce text, hash bytea,
  OUT seq bigint, OUT username text, OUT membership_version bigint
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $body$
DECLARE
  its_group uuid;
  its_number bigint;
  its_version bigint;
BEGIN
  IF skip_locked THEN
    SELECT c.group_id, c.last_seq + 1, c.membership_version INTO its_group, its_number, its_version
      FROM conversations c WHERE c.id = log_id FOR NO KEY UPDATE SKIP LOCKED;
  ELSE
    SELECT c.group_id, c.last_seq + 1, c.membership_version INTO its_group, its_number, its_version
      FROM conversations c WHERE c.id = log_id FOR NO KEY UPDATE;
  END IF;
  IF its_number IS NULL OR (expected_kind <> CASE WHEN its_group IS NULL THEN 'dm' ELSE 'channel' END) THEN
    RETURN;
  END IF;
  -- Apart from the insert, which would be made ready for it in a channel too. Nobody blocks themselves: both of the pair are its sides.
  IF its_group IS NULL AND EXISTS (
       SELECT FROM dms x
         JOIN user_blocks b ON b.blocker_id IN (x.user_low_id, x.user_high_id) AND b.blocked_id IN (x.user_low_id, x.user_high_id)
        WHERE x.conversation_id = log_id)
  THEN
    RETURN;
  END IF;
  INSERT INTO messages AS m (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, created_at)
  SELECT message_id, log_id, its_number, its_number, sender, body, its_nonce, hash, sent_at
   WHERE CASE WHEN its_group IS NULL
           THEN EXISTS (SELECT FROM dms x
                         WHERE x.conversation_id = log_id AND sender IN (x.user_low_id, x.user_high_id))
           ELSE EXISTS (SELECT FROM group_members g
                          JOIN channels h ON h.id = log_id AND (h.slow_mode_s = 0 OR g.role <> 'member')
                         WHERE g.group_id = its_group AND g.user_id = sender)
         END
     AND NOT EXISTS (SELECT FROM messages f
                      WHERE f.conversation_id = log_id AND f.sender_id = sender AND f.nonce = its_nonce)
  RETURNING (SELECT u.username FROM users u WHERE u.id = m.sender_id) INTO username;
  IF FOUND THEN
    UPDATE conversations c SET last_seq = its_number WHERE c.id = log_id;
    seq := its_number;
    membership_version := its_version;
  END IF;
END
$body$`;

export class AppendMessageUnlessBlocked1795132821000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(REPLACE);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION append_message`);
    await queryRunner.query(CREATE_APPEND_MESSAGE);
  }
}
