import { Injectable } from '@nestjs/common';
import type { CallId, ConversationId, UserId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { CallRequest, CallState, Invitation } from '../call.js';
import { CALL_COLUMNS, WITH_CALLER } from './call-columns.js';

/** For so long a call rings (protocol section 3). Times are the database's, which all nodes share. */
const RINGS = `interval '45 seconds'`;
/** Calls that one sweep takes. */
const SWEEP_LIMIT = 100;

const INSERT = `
  WITH c AS (
    INSERT INTO calls (id, conversation_id, caller_id, callee_id, media, phase, started_at, expires_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, 'ringing', now(), now() + ${RINGS}, now())
    ON CONFLICT (conversation_id) WHERE ended_at IS NULL DO NOTHING RETURNING *)
  ${WITH_CALLER}`;

const ACCEPT = `
  WITH c AS (
    UPDATE calls SET phase = 'accepted', accepted_at = now(), accepted_by = $4, changed_at = now()
     WHERE id = $1 AND conversation_id = $2 AND callee_id = $3 AND phase = 'ringing' AND expires_at > now() RETURNING *)
  ${WITH_CALLER}`;

const finish = (outcome: string, phase: string, user: string) => `
  WITH c AS (
    UPDATE calls SET phase = '${outcome}', ended_at = now(), changed_at = now()
     WHERE id = $1 AND conversation_id = $2 AND ${user} AND phase = '${phase}' RETURNING *)
  ${WITH_CALLER}`;

const FINISH = {
  declined: finish('declined', 'ringing', 'callee_id = $3'),
  cancelled: finish('cancelled', 'ringing', 'caller_id = $3'),
  ended: finish('ended', 'accepted', '$3 IN (caller_id, callee_id)'),
};

/** A party's connection has departed and its grace is over; where leases count, also one that nobody has renewed. */
const isGone = (party: string, leasesCount: string) =>
  `${party}.gone_at <= now() AND (${leasesCount} OR ${party}.connection_id IS NULL)`;

const DUE = `
  SELECT id FROM calls WHERE phase = 'ringing' AND expires_at <= now()
   UNION SELECT p.call_id FROM call_parties p JOIN calls c ON c.id = p.call_id
          WHERE c.phase = 'accepted' AND ${isGone('p', '$1')}
   LIMIT ${SWEEP_LIMIT}`;

// It has ended when a party was seen last, or when nobody may answer any more, however late that is found.
const SWEEP = `
  WITH held AS (SELECT id FROM calls WHERE id = $1 AND ended_at IS NULL FOR UPDATE SKIP LOCKED),
       gone AS (SELECT min(p.seen_at) AS at FROM call_parties p WHERE p.call_id = $1 AND ${isGone('p', '$2')}),
       c AS (
         UPDATE calls k
            SET phase = CASE k.phase WHEN 'ringing' THEN 'missed' ELSE 'ended' END, changed_at = now(),
                ended_at = CASE k.phase WHEN 'ringing' THEN k.expires_at ELSE greatest(k.accepted_at, gone.at) END
           FROM held, gone
          WHERE k.id = held.id AND CASE k.phase WHEN 'ringing' THEN k.expires_at <= now() ELSE gone.at IS NOT NULL END
         RETURNING k.*)
  ${WITH_CALLER}`;

const FROM = `FROM calls c JOIN users u ON u.id = c.caller_id`;

export interface SweepOptions {
  /** Whether a lease that has ended says that nobody is there: not while those who are there may have had no chance. */
  leasesCount: boolean;
}

/** Calls. Each change is one conditional statement, so that of all who try at once one succeeds. */
@Injectable()
export class CallRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  /** Undefined: the conversation has a live call. */
  async insert(
    tx: Tx,
    id: CallId,
    { conversationId, by, calleeId, media }: Invitation,
  ): Promise<CallState | undefined> {
    const values = [id, conversationId, by.userId, calleeId, JSON.stringify(media)];
    return (await tx.query<CallState[]>(INSERT, values))[0];
  }

  /** Undefined: it does not ring here for this user. */
  async accept(tx: Tx, { callId, conversationId, by }: CallRequest): Promise<CallState | undefined> {
    return (await tx.query<CallState[]>(ACCEPT, [callId, conversationId, by.userId, by.connectionId]))[0];
  }

  /** Undefined: this user cannot end it so, or not now. */
  async finish(
    tx: Tx,
    { callId, conversationId, by }: CallRequest,
    outcome: keyof typeof FINISH,
  ): Promise<CallState | undefined> {
    return (await tx.query<CallState[]>(FINISH[outcome], [callId, conversationId, by.userId]))[0];
  }

  /** Calls that nobody answered in time, or that a party has left without a word. */
  async listDue({ leasesCount }: SweepOptions): Promise<CallId[]> {
    const rows = await this.transactions.read((tx) => tx.query<{ id: CallId }[]>(DUE, [leasesCount]));
    return rows.map(({ id }) => id);
  }

  /** Ends it if it is due; undefined: it is not, or somebody else is at it. */
  async sweep(tx: Tx, callId: CallId, { leasesCount }: SweepOptions): Promise<CallState | undefined> {
    return (await tx.query<CallState[]>(SWEEP, [callId, leasesCount]))[0];
  }

  async find(callId: CallId, conversationId: ConversationId): Promise<CallState | undefined> {
    const sql = `SELECT ${CALL_COLUMNS} ${FROM} WHERE c.id = $1 AND c.conversation_id = $2`;
    return (await this.transactions.read((tx) => tx.query<CallState[]>(sql, [callId, conversationId])))[0];
  }

  /** The live calls that these users are in, by user. */
  async findOfUsers(userIds: readonly UserId[]): Promise<Map<UserId, CallState>> {
    const sql = `SELECT p.user_id AS "userId", ${CALL_COLUMNS} ${FROM} JOIN call_parties p ON p.call_id = c.id
                  WHERE p.user_id = ANY ($1)`;
    const rows = await this.transactions.read((tx) => tx.query<(CallState & { userId: UserId })[]>(sql, [userIds]));
    return new Map(rows.map(({ userId, ...call }) => [userId, call]));
  }

  /** What has changed within these last milliseconds. */
  listChanged(withinMs: number): Promise<CallState[]> {
    const sql = `SELECT ${CALL_COLUMNS} ${FROM} WHERE c.changed_at > now() - $1 * interval '1 millisecond'`;
    return this.transactions.read((tx) => tx.query<CallState[]>(sql, [withinMs]));
  }
}
