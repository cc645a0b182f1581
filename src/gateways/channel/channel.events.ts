import type { ConversationId } from '../../common/ids.js';
import { toChannelMessage } from '../../messages/dto/message.dto.js';
import type { Change, MessageState } from '../../messages/message.js';
import type { LiveRoster, Transition } from '../../presence/roster.js';
import { encodeFrame, frameOf, FrameRun } from '../../realtime/wire.js';
import type { Frame, Shape, WireEvent } from '../../realtime/wire.js';
import type { PlacedParticipant } from '../../signaling/signaling.service.js';
import { unreadableEvent } from '../shared/unreadable-event.js';
import type { ChannelCallParticipant } from './channel.call-shapes.js';
import type { ChannelSeat } from './channel.context.js';
import type {
  ChannelMessageEvent,
  ChannelMessageUpdatedEvent,
  ChannelOfferEvent,
  ChannelOnlineUsersEvent,
  ChannelPresenceDiffEvent,
  ChannelUserJoinedEvent,
  ChannelUserLeftEvent,
} from './channel.event-shapes.js';

/** `message` for one that the client cannot have seen, else `message_updated` (section 2.1). */
export function messageEvent(message: MessageState, isNew: boolean): WireEvent {
  if (message.unreadable) return unreadableEvent(message);
  return { type: isNew ? 'message' : 'message_updated', ...toChannelMessage(message) } satisfies
    ChannelMessageEvent | ChannelMessageUpdatedEvent;
}

export function changeFrames(run: readonly Change[]): FrameRun {
  return new FrameRun(run.map(({ rev, message }) => encodeFrame(messageEvent(message, rev === message.seq))));
}

/** `online_users`: its thousand ids are text already. */
export function onlineUsersFrame(channelId: ConversationId, { idItems, total, stale }: LiveRoster): Frame {
  const event = {
    type: 'online_users',
    users: [],
    total,
    channel_id: channelId,
    ...(stale && { stale }),
  } satisfies ChannelOnlineUsersEvent;
  const [before = '', after = ''] = JSON.stringify(event).split('[]');
  return frameOf([before, `[${idItems}]`, after]);
}

/** One frame for each arrival and departure, to be written as one. */
export function eachFrames(channelId: ConversationId, transitions: readonly Transition[]): FrameRun {
  return new FrameRun(
    transitions.map(({ kind, userId, username }) =>
      encodeFrame({ type: `user_${kind}`, user_id: userId, username, channel_id: channelId } satisfies
        ChannelUserJoinedEvent | ChannelUserLeftEvent),
    ),
  );
}

/** `presence_diff`: who is here now and was not, and the reverse. */
export function diffFrame(channelId: ConversationId, transitions: readonly Transition[]): Frame | undefined {
  const last = new Map(transitions.map((transition) => [transition.userId, transition]));
  const first = new Map([...transitions].reverse().map((transition) => [transition.userId, transition]));
  // One who came and went within the window is in neither list.
  const net = [...last.values()].filter(({ userId, kind }) => first.get(userId)?.kind === kind);
  if (net.length === 0) return undefined;
  const joined = net
    .filter(({ kind }) => kind === 'joined')
    .map(({ userId, username }) => ({ user_id: userId, username }));
  const left = net.filter(({ kind }) => kind === 'left').map(({ userId }) => userId);
  return encodeFrame({
    type: 'presence_diff',
    channel_id: channelId,
    joined,
    left,
  } satisfies ChannelPresenceDiffEvent);
}

/** A participant of a call as the wire shows it. */
export function participantFields({
  userId,
  username,
  connectionId,
  media,
  order,
}: PlacedParticipant): Shape<ChannelCallParticipant> {
  return { user_id: userId, username, connection_id: connectionId, media, order };
}

export function senderFields({ id, user, context }: ChannelSeat): Omit<Shape<ChannelOfferEvent>, 'type' | 'data'> {
  return {
    from_user_id: user.userId,
    from_username: user.username,
    from_connection_id: id,
    channel_id: context.channelId,
  };
}
