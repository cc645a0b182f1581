import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ChannelMessageDto } from '../../messages/dto/message.dto.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import {
  CONVERSATION,
  ConnectedFields,
  DeletedFields,
  OTHER_USER,
  ReactionFields,
  ResumedFields,
  SignalFields,
  USER,
  UserFields,
} from '../shared/event-shapes.js';

const IsOfChannel = () => ApiProperty({ description: 'The channel.', format: 'uuid', example: CONVERSATION });

@WsEvent(
  'Who is online in the channel, on every node, oneself too: the first frame. With over 1000 online, clients with `presence=each` get a fresh one at most every 10 s, in place of `user_joined` and `user_left`.',
)
export class ChannelOnlineUsersEvent {
  readonly type = 'online_users' as const;

  @ApiProperty({ description: 'Their ids, at most 1000.', type: [String], example: [USER, OTHER_USER] })
  users!: string[];

  @ApiProperty({ description: 'How many are online.', type: 'integer', example: 2 })
  total!: number;

  @IsOfChannel()
  channel_id!: string;

  @ApiPropertyOptional({ description: 'True: other nodes cannot be asked, and the list may be old.', type: Boolean })
  stale?: boolean;
}

@WsEvent('The connection is open: where the log stands.')
export class ChannelConnectedEvent extends ConnectedFields {
  readonly type = 'connected' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('The latest messages, as the query’s `history` asked.')
export class ChannelHistoryEvent {
  readonly type = 'history' as const;

  @IsOfChannel()
  channel_id!: string;

  @ApiProperty({ description: 'Oldest first.', type: [ChannelMessageDto] })
  messages!: ChannelMessageDto[];

  @ApiProperty({ description: 'Whether there are older ones.', example: true })
  has_more!: boolean;
}

@WsEvent('What was missed since the query’s `since` has been replayed, or cannot be.')
export class ChannelResumedEvent extends ResumedFields {
  readonly type = 'resumed' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('A new message. Everyone in the channel gets it, the sender too.')
export class ChannelMessageEvent extends ChannelMessageDto {
  readonly type = 'message' as const;
}

@WsEvent('A message has changed: the whole of it, as it is now. To everyone.')
export class ChannelMessageUpdatedEvent extends ChannelMessageDto {
  readonly type = 'message_updated' as const;
}

@WsEvent('A message was deleted: it keeps its place, without its content. To everyone.')
export class ChannelMessageDeletedEvent extends DeletedFields {
  readonly type = 'message_deleted' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('Somebody has reacted to a message. To everyone.')
export class ChannelReactionAddedEvent extends ReactionFields {
  readonly type = 'reaction_added' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('Somebody has taken a reaction back; with a `count` of 0 the emoji is gone. To everyone.')
export class ChannelReactionRemovedEvent extends ReactionFields {
  readonly type = 'reaction_removed' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('A user’s first connection to the channel. To the others, with `presence=each`.')
export class ChannelUserJoinedEvent extends UserFields {
  readonly type = 'user_joined' as const;

  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('A user’s last connection is gone. To the others, with `presence=each`.')
export class ChannelUserLeftEvent extends UserFields {
  readonly type = 'user_left' as const;

  @IsOfChannel()
  channel_id!: string;
}

/** One who came. */
class JoinedUser extends UserFields {}

@WsEvent('Who came and who went, together. To those with `presence=diff`.')
export class ChannelPresenceDiffEvent {
  readonly type = 'presence_diff' as const;

  @IsOfChannel()
  channel_id!: string;

  @ApiProperty({ description: 'Who came.', type: [JoinedUser] })
  joined!: JoinedUser[];

  @ApiProperty({ description: 'The ids of those who went.', type: [String], example: [] })
  left!: string[];
}

@WsEvent('Somebody types, or has stopped. To everyone, the sender too; never stored.')
export class ChannelTypingEvent extends UserFields {
  readonly type = 'typing' as const;

  @ApiProperty({ description: 'It ends by itself after 6 s.', example: true })
  is_typing!: boolean;

  @IsOfChannel()
  channel_id!: string;
}

class ChannelSignalFields extends SignalFields {
  @IsOfChannel()
  channel_id!: string;
}

@WsEvent('An offer. To its target alone.')
export class ChannelOfferEvent extends ChannelSignalFields {
  readonly type = 'webrtc_offer' as const;
}

@WsEvent('An answer. To its target alone.')
export class ChannelAnswerEvent extends ChannelSignalFields {
  readonly type = 'webrtc_answer' as const;
}

@WsEvent('An ICE candidate. To its target alone.')
export class ChannelIceCandidateEvent extends ChannelSignalFields {
  readonly type = 'webrtc_ice_candidate' as const;
}
