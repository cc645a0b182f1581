import type { ConversationId } from '../../common/ids.js';

/** The name of a direct conversation's audience and presence scope. */
export function dmAudience(conversationId: ConversationId): string {
  return `dm:${conversationId}`;
}
