import type { ConversationId, UserId } from '../common/ids.js';

/** A direct conversation as one side sees it. */
export interface DmView {
  conversationId: ConversationId;
  otherUserId: UserId;
  otherUsername: string;
  lastSeq: number;
  createdAt: Date;
}
