import type { ConversationId, UserId } from '../common/ids.js';

/** How much a user has not read of a conversation that they may read. */
export interface UnreadView {
  userId: UserId;
  conversationId: ConversationId;
  kind: 'channel' | 'dm';
  /** The other side of a DM; null for a channel. */
  otherUserId: UserId | null;
  /** The log's head. */
  lastSeq: number;
  lastReadSeq: number;
  /** Messages of others after that, without deleted ones: exact up to 999. */
  unreadCount: number;
  /** There are more than `unreadCount` says. */
  more: boolean;
  /** Those that mention the user. */
  mentionCount: number;
}

/** Where a user's pointer stands, and what is left after it. */
export interface ReadPosition {
  lastReadSeq: number;
  mentionCount: number;
}
