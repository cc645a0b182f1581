import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The batched writer's one statement (docs/adr/0006-batched-log-writer.md). VOLATILE, so that each statement inside sees
 * what was committed before it began: what is read after the lock is as new as the lock.
 *
 * `skip_locked`: drafts of conversations that others hold come back as `busy`; else their locks are waited for.
 * Seldom given arrays (kinds, nonces, hashes, names) may be NULL whole. `mentioned_names`: space-separated candidates.
 * Its plans are generic, and by index, because they are made while the tables may still be empty.
 */
const CREATE = `
CREATE FUNCTION append_messages(
  skip_locked boolean, sent_at timestamptz, log_ids uuid[],
  ids uuid[], conversation_ids uuid[], sender_ids uuid[], contents text[],
  expected_kinds text[], nonces text[], draft_hashes bytea[], mentioned_names text[]
) RETURNS TABLE (
  draft integer, outcome text, seq bigint, sender_username text, membership_version bigint,
  mentions uuid[], retry_after_ms integer, earlier json
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $body$
#variable_conflict use_column
DECLARE
  held uuid[];
  busy uuid[] := '{}';
BEGIN
  IF skip_locked THEN
    held := ARRAY(SELECT id FROM conversations WHERE id = ANY (log_ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED);
    IF cardinality(held) < cardinality(log_ids) THEN
      busy := ARRAY(SELECT unnest(log_ids) EXCEPT SELECT unnest(held));
    END IF;
  ELSE
    PERFORM FROM conversations WHERE id = ANY (log_ids) ORDER BY id FOR NO KEY UPDATE;
  END IF;

  RETURN QUERY
  WITH judged AS (
    SELECT d.*, c.last_seq, c.membership_version, u.username::text, e.id AS earlier_id, h.slow_mode_s, slow.wait_ms,
           CASE WHEN c.id IS NULL THEN 'no_access'
                WHEN c.id = ANY (busy) THEN 'busy'
                WHEN c.kind <> d.expected_kind THEN 'no_access'
                WHEN m.role IS NULL AND x.conversation_id IS NULL THEN 'no_access'
                WHEN e.id IS NULL THEN CASE WHEN slow.wait_ms > 0 THEN 'rate_limited' ELSE 'stored' END
                WHEN e.draft_hash = d.draft_hash THEN 'duplicate'
                ELSE 'conflict'
           END AS verdict,
           CASE WHEN d.names IS NOT NULL THEN ARRAY(
             SELECT n.id FROM users n
              WHERE n.username = ANY (string_to_array(d.names, ' '))
                AND ((SELECT true FROM group_members g WHERE g.group_id = c.group_id AND g.user_id = n.id)
                     OR n.id <> d.sender_id AND n.id IN (x.user_low_id, x.user_high_id)))
           END AS mentions
      FROM unnest(ids, conversation_ids, sender_ids, contents, expected_kinds, nonces, draft_hashes, mentioned_names)
           WITH ORDINALITY AS d (id, conversation_id, sender_id, content, expected_kind, nonce, draft_hash, names, n)
      LEFT JOIN conversations c ON c.id = d.conversation_id
      LEFT JOIN users u ON u.id = d.sender_id
      LEFT JOIN LATERAL (
             SELECT g.role FROM group_members g
              WHERE g.group_id = c.group_id AND g.user_id = d.sender_id LIMIT 1) m ON true
      LEFT JOIN channels h ON h.id = c.id AND h.slow_mode_s > 0 AND m.role = 'member'
      LEFT JOIN dms x ON x.conversation_id = CASE WHEN c.group_id IS NULL THEN c.id END
                     AND d.sender_id IN (x.user_low_id, x.user_high_id)
      LEFT JOIN LATERAL (
             SELECT f.id, f.draft_hash FROM messages f
              WHERE f.conversation_id = d.conversation_id AND f.sender_id = d.sender_id AND f.nonce = d.nonce LIMIT 1) e ON true
      LEFT JOIN LATERAL (
             SELECT CASE WHEN h.id IS NOT NULL THEN (
               SELECT ceil(extract(epoch FROM l.created_at - sent_at) * 1000)::integer + h.slow_mode_s * 1000
                 FROM messages l
                WHERE l.conversation_id = h.id AND l.sender_id = d.sender_id
                ORDER BY l.seq DESC LIMIT 1) END AS wait_ms) slow ON true
  ), spaced AS (
    SELECT j.*, j.verdict = 'stored' AND (j.slow_mode_s IS NULL
             OR row_number() OVER (PARTITION BY j.conversation_id, j.sender_id, j.verdict ORDER BY j.n) = 1) AS stored
      FROM judged j
  ), numbered AS (
    SELECT s.*, s.last_seq + count(*) FILTER (WHERE s.stored)
                  OVER (PARTITION BY s.conversation_id ORDER BY s.n ROWS UNBOUNDED PRECEDING) AS number
      FROM spaced s
  ), appended AS (
    INSERT INTO messages
           (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, mentions, created_at)
    SELECT id, conversation_id, number, number, sender_id, content, nonce, draft_hash, coalesce(mentions, '{}'), sent_at
      FROM numbered WHERE stored
  ), counted AS (
    UPDATE conversations c SET last_seq = heads.number
      FROM (SELECT conversation_id, max(number) AS number FROM numbered WHERE stored GROUP BY conversation_id) heads
     WHERE c.id = heads.conversation_id
  )
  SELECT n::integer, CASE WHEN verdict = 'stored' AND NOT stored THEN 'rate_limited' ELSE verdict END,
         CASE WHEN stored THEN number END, username, membership_version, mentions,
         CASE WHEN NOT stored THEN CASE verdict WHEN 'stored' THEN slow_mode_s * 1000 ELSE wait_ms END END,
         CASE WHEN verdict = 'duplicate' THEN (
           SELECT to_json(e) FROM messages e WHERE e.conversation_id = numbered.conversation_id AND e.id = earlier_id) END
    FROM numbered;
END
$body$`;

export class AddAppendMessages1795132807000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CREATE);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION append_messages`);
  }
}
