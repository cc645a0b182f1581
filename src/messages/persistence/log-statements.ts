import { statement } from '../../infra/database/prepared-statements.js';

/** The most messages of one history page, and of one page of changes. */
export const MOST_MESSAGES = 100;
export const MOST_CHANGES = 1000;
/** Changes that a resume reads at a time. */
export const REPLAY_PAGE = 200;
/** Rows that one read of a hole takes. */
export const HOLE_PAGE = 500;
/** Most missed changes that a resume replays in band (protocol section 2). */
const RESUME_LIMIT = 1000;

/** Whether `user` may read the conversation `v`: a member of the channel's group, or a side of the DM. */
const readableBy = (user: string) => `
  CASE WHEN v.group_id IS NULL
    THEN (SELECT ${user} IN (d.user_low_id, d.user_high_id) FROM dms d WHERE d.conversation_id = v.id)
    ELSE (SELECT true FROM group_members g WHERE g.group_id = v.group_id AND g.user_id = ${user})
  END`;

/** The conversation $1 where the user $2 may read it, and it is of the kind $3 (null: any). Evaluated once, not per row. */
const logOf = (epoch: string) => `
  WITH log AS MATERIALIZED (
    SELECT v.id, v.last_seq, v.membership_version, ${epoch} AS epoch FROM conversations v
     WHERE v.id = $1 AND v.kind = coalesce($3, v.kind) AND ${readableBy('$2::uuid')})`;

/**
 * A range of the log with its senders' names. A plan that is kept knows no parameter: `most`, which is written out, lets
 * it walk the index whatever the size of the log, and `OFFSET 0` lets it look up each sender, and not read all users.
 */
const range = (where: string, order: string, most: number, limit?: string) => {
  const rows = `SELECT * FROM messages WHERE conversation_id = l.id AND ${where} ORDER BY ${order} LIMIT ${most}`;
  return `
    SELECT r.id, r.conversation_id, r.seq, r.rev, r.kind, r.sender_id, u.username, r.content, r.nonce, r.reply_to_id,
           r.mentions, r.pinned, r.created_at, r.edited_at, r.deleted_at, r.call, r.attachments, r.reactions, r.deleted_by
      FROM ${limit === undefined ? `(${rows})` : `(SELECT * FROM (${rows}) AS most ORDER BY ${order} LIMIT ${limit})`} AS r
      CROSS JOIN LATERAL (SELECT username FROM users WHERE id = r.sender_id OFFSET 0) AS u`;
};

const within = (log: string, rows: string) => `
  ${log}
  SELECT l.last_seq, l.membership_version, l.epoch, m.* FROM log l LEFT JOIN LATERAL (${rows}) AS m ON true`;

const BETWEEN = 'seq < coalesce($4::bigint, 9223372036854775807) AND seq > coalesce($5::bigint, 0)';

/** Of $1 for $2, of the kind $3: the latest $6 messages before $4 and after $5. */
export const LATEST = statement(within(logOf('NULL::text'), range(BETWEEN, 'seq DESC', MOST_MESSAGES + 1, '$6')));

/** Likewise: the earliest $6. */
export const EARLIEST = statement(within(logOf('NULL::text'), range(BETWEEN, 'seq', MOST_MESSAGES + 1, '$6')));

/** Of $1 for $2, of the kind $3: the first $5 changes after $4. */
export const CHANGES = statement(
  within(logOf('current_log_epoch()'), range('rev > $4', 'rev', MOST_CHANGES + 1, '$5')),
);

/**
 * What a connection starts from: of $1 for $2, of the kind $3, the latest $4 messages; and where a resume from $5 in
 * epoch $6 (null: any) can be complete, its first page.
 */
export const OPENING = statement(`
  ${logOf('current_log_epoch()')},
  resume AS MATERIALIZED (
    SELECT *, $5::bigint BETWEEN last_seq - ${RESUME_LIMIT} AND last_seq AND epoch = coalesce($6, epoch) AS complete
      FROM log)
  SELECT l.last_seq, l.membership_version, l.epoch, m.*, l.complete
    FROM resume l LEFT JOIN LATERAL (
      SELECT h.*, false AS missed FROM (${range('true', 'seq DESC', MOST_MESSAGES + 1, '$4')}) AS h
      UNION ALL
      SELECT c.*, true AS missed FROM (${range('l.complete AND rev > $5', 'rev', REPLAY_PAGE + 1)}) AS c
    ) AS m ON true`);

/** Of $1, whoever reads it: the first changes after $2. */
export const HOLE = statement(
  within(
    `WITH log AS MATERIALIZED (
       SELECT id, last_seq, membership_version, NULL::text AS epoch FROM conversations WHERE id = $1)`,
    range('rev > $2', 'rev', HOLE_PAGE + 1),
  ),
);

/** Where the logs $1 stand, for each the user of $2 in the same place, who may read it. */
export const POSITIONS = statement(`
  WITH epoch AS MATERIALIZED (SELECT coalesce(current_log_epoch(), '') AS now)
  SELECT asked.n::int, v.last_seq, epoch.now
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS asked(id, user_id, n)
    JOIN conversations v ON v.id = asked.id
    CROSS JOIN epoch
   WHERE ${readableBy('asked.user_id')}`);

/** Who of the users $2 may read $1. */
export const READERS = statement(`
  SELECT u.id FROM conversations v CROSS JOIN unnest($2::uuid[]) AS u(id) WHERE v.id = $1 AND ${readableBy('u.id')}`);
