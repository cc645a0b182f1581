import type { Json } from '../cluster/cluster.js';
import type { CallFacts } from '../common/domain-events.js';
import type { CallId, ConnectionId, ConversationId, UserId } from '../common/ids.js';
import type { CallEntry, CallOutcome } from '../messages/message.js';

/** A call with what the log will say of it. */
export type CallState = CallFacts & { media: Json };

/** A user with the connection that they act on. */
export interface CallActor {
  userId: UserId;
  connectionId: ConnectionId;
}

/** What is asked for: a call of the conversation that the connection is in. */
export interface CallRequest {
  callId: CallId;
  conversationId: ConversationId;
  by: CallActor;
}

export interface Invitation {
  conversationId: ConversationId;
  by: CallActor;
  calleeId: UserId;
  media: Json;
}

/** `ringing`: also where it rang already, by either of the two; `busy`: this user, or the caller, is in a call. */
export type Invited = { is: 'ringing'; call: CallState } | { is: 'busy'; userId: UserId };

/** The progress of a call that has ended. */
export const OVER = 3;
const PROGRESS = { ringing: 1, accepted: 2, ended: OVER, declined: OVER, cancelled: OVER, missed: OVER };

/** Grows with what happens to a call; what is told late has a lower one, or the same. */
export function progressOf({ phase }: CallFacts): number {
  return PROGRESS[phase];
}

/** From the acceptance to the end, in whole seconds; 0 where nobody accepted. */
export function durationOf({ acceptedAt, endedAt }: CallFacts): number {
  if (acceptedAt === null || endedAt === null) return 0;
  return Math.floor((Date.parse(endedAt) - Date.parse(acceptedAt)) / 1000);
}

/** @throws Error while it goes on */
export function entryOf(call: CallState): CallEntry {
  if (call.endedAt === null) throw new Error(`The call ${call.callId} has not ended.`);
  return {
    call_id: call.callId,
    outcome: call.phase as CallOutcome,
    media: call.media,
    started_at: call.startedAt,
    accepted_at: call.acceptedAt,
    ended_at: call.endedAt,
    duration_s: durationOf(call),
  };
}
