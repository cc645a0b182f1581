import type { Attachment } from '../attachments/attachment.js';
import type { Json } from '../cluster/cluster.js';
import type { AttachmentId, CallId, ConversationId, MessageId, UserId } from '../common/ids.js';

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

/** How many users have reacted with one emoji. */
export interface ReactionCount {
  emoji: string;
  count: number;
}

/** What a message without any of them has: one array, so that nothing is made for each message. */
export const NONE: readonly never[] = Object.freeze([]);

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
  attachments: readonly Attachment[];
  /** In the order in which their emoji came first. */
  reactions: readonly ReactionCount[];
  pinned: boolean;
  /** With `kind: 'call'`, unless it was deleted. */
  call?: CallEntry;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  deletedBy: UserId | null;
  /** A row that no client can be shown: only its id and its numbers count, and our log says more. */
  unreadable?: true;
}

/**
 * What made a change, for those who are told of it as it happens; whoever reads it later has its outcome alone.
 * A message that was just made has none.
 */
export type ChangeCause =
  | { kind: 'edited' | 'deleted' | 'pinned' | 'unpinned'; by: UserId }
  | { kind: 'reaction_added' | 'reaction_removed'; by: UserId; username: string; emoji: string; count: number };

/** One change of a conversation's log (protocol section 2.1). */
export interface Change {
  rev: number;
  /** The conversation's membership version when it was committed: readers that know an older one check again. */
  membershipVersion: number;
  message: MessageState;
  /** Only where it is told as it happened; see `ChangeCause`. */
  cause?: ChangeCause;
  /** Only where it was read, and not told: a message that was made after this number is news, however it has changed. */
  readAfter?: number;
}

/** Whether it is the first that its reader can have been told of this message. */
export function isNews({ rev, message, readAfter = rev }: Change): boolean {
  return rev === message.seq || message.seq > readAfter;
}

/** A message to be changed, perhaps only where it is one of this conversation. */
export interface MessageTarget {
  messageId: MessageId;
  conversationId?: ConversationId | undefined;
}

/** Where a log stands, and which history of the database its numbers belong to. */
export interface LogPosition {
  lastSeq: number;
  epoch: string;
}

/** What a message said before it was edited. */
export interface PastContent {
  content: string;
  /** The number of the change that had said it. */
  rev: number;
  replacedAt: Date;
}

export interface PinnedMessage {
  message: MessageState;
  pinnedAt: Date;
}

/** One who has reacted. */
export interface Reactor {
  userId: UserId;
  username: string;
  createdAt: Date;
}

export interface MessageDraft {
  content: string;
  /** 1 to 64 characters: the same one never makes a second message of this sender here. */
  nonce?: string | undefined;
  /** A message of the same conversation. */
  replyToId?: MessageId | undefined;
  /** Uploads of the sender that are in no message yet, in the order in which they are shown. */
  attachmentIds?: readonly AttachmentId[] | undefined;
}

/** A message that was sent; `duplicate` when its nonce had made it before. */
export interface Sent {
  message: MessageState;
  duplicate: boolean;
}
