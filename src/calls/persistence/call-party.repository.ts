import { Injectable } from '@nestjs/common';
import type { CallId, ConnectionId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { CallActor, Invitation } from '../call.js';

/** For so long a party counts as there after its node was heard of last. */
const LEASE = `interval '10 seconds'`;
/** Then another of its connections has so long to take its place. */
const CLAIM = `interval '5 seconds'`;
/** So long before the last sign of life of a lost connection the one in its place may have come. */
const QUICKER = `interval '5 seconds'`;
const HELD = `seen_at = now(), held_until = now() + ${LEASE}, gone_at = now() + ${LEASE} + ${CLAIM}`;

// In the order of the users, so that two who invite each other do not wait in a circle.
const INSERT = `
  INSERT INTO call_parties (user_id, call_id, connection_id, held_since, seen_at, held_until, gone_at)
  SELECT p.user_id, $1, p.connection_id, s.at, s.at, s.at + ${LEASE}, s.at + ${LEASE} + ${CLAIM}
    FROM unnest($2::uuid[], $3::uuid[]) AS p (user_id, connection_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN p.connection_id IS NOT NULL THEN now() END AS at) AS s
   ORDER BY p.user_id
  ON CONFLICT (user_id) DO NOTHING RETURNING user_id`;

// Who comes back may be quicker than the news that it had gone. One who came earlier was there beside the connection that is
// lost, and is not what the user talked with. What somebody else is changing is left for the next time: nobody waits here.
const HOLD = statement(`
  UPDATE call_parties p
     SET connection_id = t.connection_id, ${HELD},
         held_since = CASE WHEN p.connection_id = t.connection_id THEN p.held_since ELSE now() END
    FROM (
      SELECT q.user_id, a.connection_id
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS a (call_id, user_id, connection_id, since)
        JOIN call_parties q ON q.user_id = a.user_id AND q.call_id = a.call_id
         AND (q.connection_id = a.connection_id
              OR (q.held_until <= now() AND a.since >= greatest(q.held_since, q.seen_at - ${QUICKER})))
         FOR UPDATE OF q SKIP LOCKED) AS t
   WHERE p.user_id = t.user_id`);

const RELEASE = statement(`
  UPDATE call_parties SET connection_id = NULL, seen_at = now(), held_until = now(),
         gone_at = now() + $2 * interval '1 millisecond'
   WHERE connection_id = $1`);

/** A connection of a party, which came `since` then. */
export interface Attendance extends CallActor {
  callId: CallId;
  since: string;
}

/** Who is in a live call, and on which connection. */
@Injectable()
export class CallPartyRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  /** False when one of the two is in a call: then the transaction has to be undone. */
  async insert(tx: Tx, callId: CallId, { by, calleeId }: Invitation): Promise<boolean> {
    const parties = [
      [by.userId, calleeId],
      [by.connectionId, null],
    ];
    return (await tx.query<object[]>(INSERT, [callId, ...parties])).length === 2;
  }

  /** The callee is in the call on this connection; the caller, if it is away, has a while to come back. */
  async accept(tx: Tx, callId: CallId, { userId, connectionId }: CallActor): Promise<void> {
    await tx.query(
      `UPDATE call_parties SET connection_id = $3, held_since = now(), ${HELD} WHERE call_id = $1 AND user_id = $2`,
      [callId, userId, connectionId],
    );
    await tx.query(
      `UPDATE call_parties SET gone_at = greatest(gone_at, now() + ${CLAIM}) WHERE call_id = $1 AND user_id <> $2`,
      [callId, userId],
    );
  }

  /** Renews the places that these connections hold, and gives them those that nobody holds any more. */
  async hold(attendances: readonly Attendance[]): Promise<void> {
    const columns = [
      attendances.map(({ callId }) => callId),
      attendances.map(({ userId }) => userId),
      attendances.map(({ connectionId }) => connectionId),
      attendances.map(({ since }) => since),
    ];
    await this.prepared.objects(HOLD, columns);
  }

  /** The connection has gone; its user has so long to come back on another. */
  async release(connectionId: ConnectionId, graceMs: number): Promise<void> {
    await this.prepared.objects(RELEASE, [connectionId, graceMs]);
  }

  /** Both are free for another call. */
  async remove(tx: Tx, callId: CallId): Promise<void> {
    await tx.query('DELETE FROM call_parties WHERE call_id = $1', [callId]);
  }
}
