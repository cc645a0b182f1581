import { Injectable } from '@nestjs/common';
import type { CallId, ConnectionId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { CallActor, Invitation } from '../call.js';

/** For so long a party counts as there after its node was heard of last. */
const LEASE = `interval '10 seconds'`;
/** Then another of its connections has so long to take its place. */
const CLAIM = `interval '5 seconds'`;
const HELD = `seen_at = now(), held_until = now() + ${LEASE}, gone_at = now() + ${LEASE} + ${CLAIM}`;

// In the order of the users, so that two who invite each other do not wait in a circle.
const INSERT = `
  INSERT INTO call_parties (user_id, call_id, connection_id, seen_at, held_until, gone_at)
  SELECT p.user_id, $1, p.connection_id, s.at, s.at + ${LEASE}, s.at + ${LEASE} + ${CLAIM}
    FROM unnest($2::uuid[], $3::uuid[]) AS p (user_id, connection_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN p.connection_id IS NOT NULL THEN now() END AS at) AS s
   ORDER BY p.user_id
  ON CONFLICT (user_id) DO NOTHING RETURNING user_id`;

// One who came before the last sign of life was there beside it, and was not what the user talked with.
const HOLD = `
  UPDATE call_parties p SET connection_id = a.connection_id, ${HELD}
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS a (call_id, user_id, connection_id, since)
   WHERE p.call_id = a.call_id AND p.user_id = a.user_id
     AND (p.connection_id = a.connection_id OR (p.held_until <= now() AND p.seen_at <= a.since))`;

/** A connection of a party, which came `since` then. */
export interface Attendance extends CallActor {
  callId: CallId;
  since: string;
}

/** Who is in a live call, and on which connection. */
@Injectable()
export class CallPartyRepository {
  constructor(private readonly transactions: TransactionRunner) {}

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
    await tx.query(`UPDATE call_parties SET connection_id = $3, ${HELD} WHERE call_id = $1 AND user_id = $2`, [
      callId,
      userId,
      connectionId,
    ]);
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
    await this.transactions.run((tx) => tx.query(HOLD, columns));
  }

  /** The connection has gone; its user has so long to come back on another. */
  async release(connectionId: ConnectionId, graceMs: number): Promise<void> {
    await this.transactions.run((tx) =>
      tx.query(
        `UPDATE call_parties SET connection_id = NULL, seen_at = now(), held_until = now(),
                gone_at = now() + $2 * interval '1 millisecond' WHERE connection_id = $1`,
        [connectionId, graceMs],
      ),
    );
  }

  /** Both are free for another call. */
  async remove(tx: Tx, callId: CallId): Promise<void> {
    await tx.query('DELETE FROM call_parties WHERE call_id = $1', [callId]);
  }
}
