import type { MessageState } from '../../messages/message.js';
import type { Shape } from '../../realtime/wire.js';
import type { NotificationEvent } from '../dto/notification.dto.js';
import type { Place } from './concerned.js';

const PREVIEW_LENGTH = 140;

export function messageNotification(
  kind: 'dm' | 'mention' | 'reply',
  message: MessageState,
  { groupId }: Place,
): Shape<NotificationEvent> {
  const { conversationId } = message;
  return {
    type: 'notification',
    kind,
    ...(groupId === null ? { conversation_id: conversationId } : { channel_id: conversationId, group_id: groupId }),
    message_id: message.id,
    seq: message.seq,
    from_user_id: message.senderId,
    from_username: message.senderUsername,
    preview: beginningOf(message.content),
  };
}

/** In code points, so that none is cut in two. */
function beginningOf(content: string): string {
  if (content.length <= PREVIEW_LENGTH) return content;
  return Array.from(content.slice(0, 2 * PREVIEW_LENGTH))
    .slice(0, PREVIEW_LENGTH)
    .join('');
}
