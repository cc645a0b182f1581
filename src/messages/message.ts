import type { Json } from '../cluster/cluster.js';
import type { CallId, ConversationId, MessageId, UserId } from '../common/ids.js';

/** How a call ended. */
export type CallOutcome = 'ended' | 'declined' | 'cancelled' | 'missed';

/** What the log says of a call: stored, and sent, as it is here. */
export interface CallEntry {
  call_id: CallId;
  outcome: CallOutcome;
  /** As the caller gave it. */
  media: Json;
  started_at: string;
  /** Null when nobody did. */
  accepted_at: string | null;
  ended_at: string;
  /** From the acceptance to the end, in whole seconds; 0 where nobody accepted. */
  duration_s: number;
}

/**
 * The state of a message after a change of its log, as services and topics carry it: plain JSON, times as ISO texts.
 * Each dialect turns it into its own wire shape.
 */
export interface MessageState {
  id: MessageId;
  conversationId: ConversationId;
  /** The number it got when it was made. */
  seq: number;
  /** The number of its latest change. */
  rev: number;
  kind: 'message' | 'call';
  senderId: UserId;
  senderUsername: string;
  content: string;
  nonce: string | null;
  replyToId: MessageId | null;
  mentions: UserId[];
  pinned: boolean;
  /** With `kind: 'call'`, unless it was deleted. */
  call?: CallEntry;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  /** A row that no client can be shown: only its id and its numbers count, and our log says more. */
  unreadable?: true;
}

/** One change of a conversation's log (protocol section 2.1). */
export interface Change {
  rev: number;
  /** The conversation's membership version when it was committed: readers that know an older one check again. */
  membershipVersion: number;
  message: MessageState;
}

/** Where a log stands, and which history of the database its numbers belong to. */
export interface LogPosition {
  lastSeq: number;
  epoch: string;
}

export interface MessageDraft {
  content: string;
  /** 1 to 64 characters: the same one never makes a second message of this sender here. */
  nonce?: string | undefined;
}

/** A message that was sent; `duplicate` when its nonce had made it before. */
export interface Sent {
  message: MessageState;
  duplicate: boolean;
}
