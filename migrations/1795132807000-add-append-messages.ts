import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The batched writer's one statement (docs/adr/0006-batched-log-writer.md). VOLATILE, so that each statement inside sees
 * what was committed before it began: what is read after the lock is as new as the lock.
 *
 * `logs`: each draft's place in `log_ids`, from 1. `skip_locked`: drafts of conversations that others hold come back as
 * `busy`; else their locks are waited for. `mentioned_names`: space-separated candidates.
 * One row, of one value per draft (`membership_versions`: per log). Arrays that nobody has a value in may be, and are, NULL
 * whole: `outcomes`, when all are stored.
 * Its plans are generic, and by index, because they are made while the tables may still be empty.
 */
export const CREATE_APPEND_MESSAGES = `
CREATE FUNCTION append_messages(
  skip_locked boolean, sent_at timestamptz, log_ids uuid[],
  ids uuid[], logs integer[], sender_ids uuid[], contents text[],
  expected_kinds text[], nonces text[], draft_hashes bytea[], mentioned_names text[],
  OUT outcomes text[], OUT seqs bigint[], OUT usernames text[], OUT membership_versions bigint[],
  OUT mentions text[], OUT retry_after_ms integer[], OUT earlier json[]
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $body$
DECLARE
  held uuid[];
  unheld text[];
  group_ids uuid[];
  heads bigint[];
  slow_mode_s integer[];
  slowed boolean;
  refused boolean;
  log integer;
  its_group uuid;
  its_number bigint;
  its_version bigint;
  its_sender text;
BEGIN
  IF cardinality(ids) = 1 AND mentioned_names IS NULL THEN
    IF skip_locked THEN
      SELECT c.group_id, c.last_seq + 1, c.membership_version INTO its_group, its_number, its_version
        FROM conversations c WHERE c.id = log_ids[1] FOR NO KEY UPDATE SKIP LOCKED;
    ELSE
      SELECT c.group_id, c.last_seq + 1, c.membership_version INTO its_group, its_number, its_version
        FROM conversations c WHERE c.id = log_ids[1] FOR NO KEY UPDATE;
    END IF;
    IF its_group IS NOT NULL AND (expected_kinds IS NULL OR expected_kinds[1] = 'channel') THEN
      SELECT u.username INTO its_sender
        FROM group_members m
        JOIN channels h ON h.id = log_ids[1] AND (h.slow_mode_s = 0 OR m.role <> 'member')
        JOIN users u ON u.id = m.user_id
       WHERE m.group_id = its_group AND m.user_id = sender_ids[1]
         AND NOT EXISTS (SELECT FROM messages f
                          WHERE f.conversation_id = log_ids[1] AND f.sender_id = sender_ids[1] AND f.nonce = nonces[1]);
      IF FOUND THEN
        INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, created_at)
        VALUES (ids[1], log_ids[1], its_number, its_number, sender_ids[1], contents[1], nonces[1], draft_hashes[1], sent_at);
        UPDATE conversations c SET last_seq = its_number WHERE c.id = log_ids[1];
        seqs := ARRAY[its_number];
        usernames := ARRAY[its_sender];
        membership_versions := ARRAY[its_version];
        RETURN;
      END IF;
    END IF;
  END IF;

  IF skip_locked THEN
    SELECT array_agg(c.id), array_agg(c.group_id), array_agg(c.last_seq), array_agg(c.membership_version)
      INTO held, group_ids, heads, membership_versions
      FROM (SELECT * FROM conversations WHERE id = ANY (log_ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) c;
  ELSE
    SELECT array_agg(c.id), array_agg(c.group_id), array_agg(c.last_seq), array_agg(c.membership_version)
      INTO held, group_ids, heads, membership_versions
      FROM (SELECT * FROM conversations WHERE id = ANY (log_ids) ORDER BY id FOR NO KEY UPDATE) c;
  END IF;
  -- As nearly always, they are the logs asked for, in their order.
  IF held IS DISTINCT FROM log_ids THEN
    SELECT array_agg(c.group_id ORDER BY l.n), array_agg(c.last_seq ORDER BY l.n),
           array_agg(c.membership_version ORDER BY l.n),
           array_agg(CASE WHEN c.id IS NULL THEN 'no_access' WHEN c.id = ANY (held) THEN NULL ELSE 'busy' END ORDER BY l.n)
      INTO group_ids, heads, membership_versions, unheld
      FROM unnest(log_ids) WITH ORDINALITY AS l (id, n)
      LEFT JOIN conversations c ON c.id = l.id;
  END IF;

  SELECT array_agg(j.outcome), bool_or(j.outcome <> 'stored'), array_agg(j.username),
         array_agg(j.slow_mode_s), bool_or(j.slow_mode_s > 0)
    INTO outcomes, refused, usernames, slow_mode_s, slowed
    FROM (
      SELECT CASE WHEN unheld[d.log] IS NOT NULL THEN unheld[d.log]
                  WHEN d.expected_kind <> CASE WHEN group_ids[d.log] IS NULL THEN 'dm' ELSE 'channel' END THEN 'no_access'
                  WHEN m.role IS NULL AND x.conversation_id IS NULL THEN 'no_access'
                  WHEN e.draft_hash = d.draft_hash THEN 'duplicate'
                  WHEN e.draft_hash IS NOT NULL THEN 'conflict'
                  ELSE 'stored'
             END AS outcome,
             u.username, h.slow_mode_s
        FROM unnest(logs, sender_ids, expected_kinds, nonces, draft_hashes)
             WITH ORDINALITY AS d (log, sender_id, expected_kind, nonce, draft_hash, n)
        LEFT JOIN users u ON u.id = d.sender_id
        LEFT JOIN group_members m ON m.group_id = group_ids[d.log] AND m.user_id = d.sender_id
        LEFT JOIN channels h ON h.id = log_ids[d.log] AND h.slow_mode_s > 0 AND m.role = 'member'
        LEFT JOIN dms x ON x.conversation_id = CASE WHEN group_ids[d.log] IS NULL THEN log_ids[d.log] END
                       AND d.sender_id IN (x.user_low_id, x.user_high_id)
        LEFT JOIN LATERAL (
               SELECT coalesce(f.draft_hash, '') AS draft_hash FROM messages f
                WHERE f.conversation_id = log_ids[d.log] AND f.sender_id = d.sender_id AND f.nonce = d.nonce LIMIT 1) e
               ON true
       ORDER BY d.n) j;

  IF slowed THEN
    SELECT array_agg(CASE WHEN s.wait_ms > 0 THEN 'rate_limited' ELSE s.outcome END ORDER BY s.n),
           array_agg(s.wait_ms ORDER BY s.n), true
      INTO outcomes, retry_after_ms, refused
      FROM (
        SELECT d.n, d.outcome,
               CASE WHEN d.slow_mode_s IS NULL OR d.outcome <> 'stored' THEN NULL
                    WHEN row_number() OVER (PARTITION BY d.log, d.sender_id, d.outcome ORDER BY d.n) > 1 AND coalesce(l.wait_ms, 0) <= 0
                      THEN d.slow_mode_s * 1000
                    ELSE l.wait_ms
               END AS wait_ms
          FROM unnest(logs, sender_ids, outcomes, slow_mode_s) WITH ORDINALITY AS d (log, sender_id, outcome, slow_mode_s, n)
          LEFT JOIN LATERAL (
                 SELECT CASE WHEN d.slow_mode_s IS NOT NULL THEN (
                   SELECT ceil(extract(epoch FROM f.created_at - sent_at) * 1000)::integer + d.slow_mode_s * 1000
                     FROM messages f
                    WHERE f.conversation_id = log_ids[d.log] AND f.sender_id = d.sender_id
                    ORDER BY f.seq DESC LIMIT 1) END AS wait_ms) l ON true) s;
  END IF;

  IF mentioned_names IS NOT NULL THEN
    mentions := ARRAY(
      SELECT CASE WHEN d.names IS NOT NULL THEN ARRAY(
               SELECT n.id FROM users n
                WHERE n.username = ANY (string_to_array(d.names, ' '))
                  AND ((SELECT true FROM group_members g WHERE g.group_id = group_ids[d.log] AND g.user_id = n.id)
                       OR n.id <> d.sender_id AND (
                         SELECT n.id IN (x.user_low_id, x.user_high_id) FROM dms x
                          WHERE x.conversation_id = CASE WHEN group_ids[d.log] IS NULL THEN log_ids[d.log] END)))::text
             END
        FROM unnest(logs, sender_ids, mentioned_names) WITH ORDINALITY AS d (log, sender_id, names, n)
       ORDER BY d.n);
  END IF;

  IF 'duplicate' = ANY (outcomes) THEN
    earlier := ARRAY(
      SELECT CASE WHEN d.outcome = 'duplicate' THEN (
               SELECT to_json(f) FROM messages f
                WHERE f.conversation_id = log_ids[d.log] AND f.sender_id = d.sender_id AND f.nonce = d.nonce) END
        FROM unnest(logs, sender_ids, nonces, outcomes) WITH ORDINALITY AS d (log, sender_id, nonce, outcome, n)
       ORDER BY d.n);
  END IF;

  FOR n IN 1 .. cardinality(ids) LOOP
    log := logs[n];
    IF NOT refused OR outcomes[n] = 'stored' THEN
      heads[log] := heads[log] + 1;
      seqs[n] := heads[log];
    ELSE
      seqs[n] := NULL;
    END IF;
  END LOOP;

  INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, mentions, created_at)
  SELECT d.id, log_ids[d.log], d.seq, d.seq, d.sender_id, d.content, d.nonce, d.draft_hash,
         coalesce(d.mentioned::uuid[], '{}'), sent_at
    FROM unnest(ids, logs, sender_ids, contents, nonces, draft_hashes, mentions, seqs)
         AS d (id, log, sender_id, content, nonce, draft_hash, mentioned, seq)
   WHERE d.seq IS NOT NULL;

  UPDATE conversations c SET last_seq = h.head
    FROM unnest(log_ids, heads) AS h (id, head)
   WHERE c.id = h.id AND c.last_seq < h.head;

  IF NOT refused THEN
    outcomes := NULL;
  END IF;
END
$body$`;

export class AddAppendMessages1795132807000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CREATE_APPEND_MESSAGES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP FUNCTION append_messages`);
  }
}
