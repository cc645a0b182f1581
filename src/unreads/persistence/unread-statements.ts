import { statement } from '../../infra/database/prepared-statements.js';

/** The most unread messages that are counted: one more says that there are more than are told. */
const MOST_UNREAD = 999;
/** Messages that a count looks at: those of a user who never reads, and writes most of a log, need not all be passed over. */
const MOST_LOOKED_AT = 10_000;

const AFTER = 'n.conversation_id = m.id AND n.seq > m.last_read_seq';

/**
 * Counts for the conversations `mine` (id, kind, last_seq, user_id, other_id, joined_at). From the latest message back, so that
 * those from before the user came, which are not unread, are the end of the scan and need no bound of their own.
 */
const counted = (mine: string) => `
  WITH mine AS MATERIALIZED (${mine}),
  standing AS MATERIALIZED (
    SELECT m.*, coalesce(r.last_read_seq, 0) AS last_read_seq, coalesce(r.mention_count, 0) AS mention_count
      FROM mine m LEFT JOIN read_states r ON r.conversation_id = m.id AND r.user_id = m.user_id)
  SELECT m.user_id AS "userId", m.id AS "conversationId", m.kind, m.other_id AS "otherUserId", m.last_seq AS "lastSeq",
         m.last_read_seq AS "lastReadSeq", least(u.count, ${MOST_UNREAD})::int AS "unreadCount",
         u.count > ${MOST_UNREAD} OR (m.last_seq - m.last_read_seq > ${MOST_LOOKED_AT} AND coalesce(
           (SELECT n.created_at >= m.joined_at FROM messages n WHERE ${AFTER}
             ORDER BY n.seq DESC OFFSET ${MOST_LOOKED_AT} LIMIT 1), false)) AS more,
         m.mention_count AS "mentionCount"
    FROM standing m CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE o.created_at >= m.joined_at) AS count FROM (
        SELECT l.created_at FROM (
          SELECT n.sender_id, n.deleted_at, n.created_at FROM messages n WHERE ${AFTER}
           ORDER BY n.seq DESC LIMIT ${MOST_LOOKED_AT}) AS l
         WHERE l.sender_id <> m.user_id AND l.deleted_at IS NULL LIMIT ${MOST_UNREAD + 1}) AS o) AS u
   ORDER BY m.id`;

/** Nothing was said to either side of a DM before it was theirs. */
const EVER = `'-infinity'::timestamptz`;

/** The conversations of $1 after the id $2 (null: from the first), at most $3 of them, by id. */
export const PAGE = statement(
  counted(`
    SELECT * FROM (
      SELECT v.id, v.kind, v.last_seq, g.user_id, NULL::uuid AS other_id, g.joined_at
        FROM group_members g JOIN conversations v ON v.group_id = g.group_id
       WHERE g.user_id = $1::uuid
      UNION ALL
      SELECT v.id, v.kind, v.last_seq, $1::uuid, CASE d.user_low_id WHEN $1::uuid THEN d.user_high_id ELSE d.user_low_id END,
             ${EVER}
        FROM dms d JOIN conversations v ON v.id = d.conversation_id
       WHERE (d.user_low_id = $1::uuid OR d.user_high_id = $1::uuid) AND v.last_seq > 0
    ) AS every WHERE every.id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY every.id LIMIT $3`),
);

/** The conversations $2, each for the user of $1 in the same place; those that a user may not read are missing. */
export const OF_PAIRS = statement(
  counted(`
    SELECT v.id, v.kind, v.last_seq, asked.user_id, CASE d.user_low_id WHEN asked.user_id THEN d.user_high_id ELSE d.user_low_id END AS other_id,
           coalesce(g.joined_at, ${EVER}) AS joined_at
      FROM unnest($1::uuid[], $2::uuid[]) AS asked(user_id, id)
      JOIN conversations v ON v.id = asked.id
      LEFT JOIN group_members g ON g.group_id = v.group_id AND g.user_id = asked.user_id
      LEFT JOIN dms d ON d.conversation_id = v.id AND asked.user_id IN (d.user_low_id, d.user_high_id)
     WHERE g.user_id IS NOT NULL OR d.conversation_id IS NOT NULL`),
);

/** The conversation $1 where the user $2 may read it and it is of the kind $3 (null: any). */
const LOG = `
  SELECT v.id, v.last_seq, coalesce(g.joined_at, ${EVER}) AS joined_at FROM conversations v
    LEFT JOIN group_members g ON g.group_id = v.group_id AND g.user_id = $2::uuid
    LEFT JOIN dms d ON d.conversation_id = v.id AND $2::uuid IN (d.user_low_id, d.user_high_id)
   WHERE v.id = $1::uuid AND v.kind = coalesce($3::text, v.kind)
     AND (g.user_id IS NOT NULL OR d.conversation_id IS NOT NULL)`;

/** Holds the pointer of $2 in $1. */
export const HOLD = `
  SELECT last_read_seq FROM read_states WHERE conversation_id = $1 AND user_id = $2 FOR NO KEY UPDATE`;

/** Makes it, where $2 may read $1 and there is none. */
export const START = `
  INSERT INTO read_states (conversation_id, user_id) SELECT id, $2::uuid FROM (${LOG}) AS log
  ON CONFLICT DO NOTHING`;

/** Moves it to $4, or to the head before that, and counts anew what mentions $2 after it. */
export const MOVE = `
  WITH log AS MATERIALIZED (SELECT l.*, least($4::bigint, l.last_seq) AS seq FROM (${LOG}) AS l)
  UPDATE read_states r SET last_read_seq = log.seq, mention_count = (
      SELECT count(*) FROM messages m
       WHERE m.conversation_id = log.id AND m.seq > log.seq AND m.mentions <> '{}' AND $2::uuid = ANY (m.mentions)
         AND m.sender_id <> $2::uuid AND m.deleted_at IS NULL AND m.created_at >= log.joined_at)
    FROM log WHERE r.conversation_id = log.id AND r.user_id = $2::uuid
  RETURNING r.last_read_seq, r.mention_count`;
