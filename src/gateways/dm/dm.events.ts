import type { ConversationId, UserId } from '../../common/ids.js';
import { toDmMessage } from '../../messages/dto/message.dto.js';
import type { MessageState } from '../../messages/message.js';
import type { OnlineUser, Transition } from '../../presence/roster.js';
import { encodeFrame, FrameRun } from '../../realtime/wire.js';
import type { Frame, Shape, WireEvent } from '../../realtime/wire.js';
import { unreadableEvent } from '../shared/unreadable-event.js';
import type { DmSeat } from './dm.context.js';
import type {
  DmMessageEvent,
  DmMessageUpdatedEvent,
  DmOfferEvent,
  DmUserOfflineEvent,
  DmUserOnlineEvent,
} from './dm.event-shapes.js';

/** `dm_message` for one that the client cannot have seen, else `dm_message_updated`. */
export function messageEvent(message: MessageState, sides: readonly UserId[], isNew: boolean): WireEvent {
  if (message.unreadable) return unreadableEvent(message);
  return { type: isNew ? 'dm_message' : 'dm_message_updated', ...toDmMessage(message, sides) } satisfies
    DmMessageEvent | DmMessageUpdatedEvent;
}

export function onlineEvent(
  conversationId: ConversationId,
  { userId, username }: OnlineUser,
): Shape<DmUserOnlineEvent> {
  return { type: 'dm_user_online', user_id: userId, username, conversation_id: conversationId };
}

/** The other side's coming and going. */
export function presenceFrame(conversationId: ConversationId, transitions: readonly Transition[]): Frame {
  const run = new FrameRun(
    transitions.map((transition) => {
      const event = onlineEvent(conversationId, transition);
      return encodeFrame(
        transition.kind === 'joined' ? event : ({ ...event, type: 'dm_user_offline' } satisfies DmUserOfflineEvent),
      );
    }),
  );
  return run.from(0);
}

export function senderFields({ id, user, context }: DmSeat): Omit<Shape<DmOfferEvent>, 'type' | 'data'> {
  return {
    from_user_id: user.userId,
    from_username: user.username,
    from_connection_id: id,
    conversation_id: context.conversation.conversationId,
  };
}
