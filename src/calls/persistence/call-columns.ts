const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A call `c` and its caller `u` as `CallState` has them. */
export const CALL_COLUMNS = `
  c.id AS "callId", c.conversation_id AS "conversationId", c.caller_id AS "callerId", u.username AS "callerName",
  c.callee_id AS "calleeId", c.media, c.phase, ${iso('c.started_at')} AS "startedAt", ${iso('c.expires_at')} AS "expiresAt",
  ${iso('c.accepted_at')} AS "acceptedAt", c.accepted_by AS "acceptedBy", ${iso('c.ended_at')} AS "endedAt"`;

/** What a statement made of the rows `c`, which it names in its WITH clause. */
export const WITH_CALLER = `SELECT ${CALL_COLUMNS} FROM c JOIN users u ON u.id = c.caller_id`;
