import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DmMessageDto } from '../../messages/dto/message.dto.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import {
  ConnectedFields,
  CONVERSATION,
  DeletedFields,
  OTHER_USER,
  ReactionFields,
  ResumedFields,
  SignalFields,
  UserFields,
} from '../shared/event-shapes.js';

const IsOfConversation = () => ApiProperty({ description: 'The conversation.', format: 'uuid', example: CONVERSATION });

@WsEvent(
  'The other user is here. First of all on connecting, if so; later, when the first connection of the other comes.',
)
export class DmUserOnlineEvent extends UserFields {
  readonly type = 'dm_user_online' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('The last connection of the other user is gone.')
export class DmUserOfflineEvent extends UserFields {
  readonly type = 'dm_user_offline' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('The connection is open: where the log stands.')
export class DmConnectedEvent extends ConnectedFields {
  readonly type = 'connected' as const;

  @IsOfConversation()
  conversation_id!: string;

  @ApiProperty({ description: 'The other side.', format: 'uuid', example: OTHER_USER })
  other_user_id!: string;

  @ApiProperty({ description: 'The other side’s name.', example: 'bob' })
  other_username!: string;

  @ApiProperty({ description: 'Whether the other is connected to this conversation.', example: true })
  other_user_online!: boolean;

  @ApiPropertyOptional({ description: 'True: other nodes cannot be asked, and the other may be there.', type: Boolean })
  stale?: boolean;
}

@WsEvent('The latest messages, as the query’s `history` asked.')
export class DmHistoryEvent {
  readonly type = 'history' as const;

  @IsOfConversation()
  conversation_id!: string;

  @ApiProperty({ description: 'Oldest first.', type: [DmMessageDto] })
  messages!: DmMessageDto[];

  @ApiProperty({ description: 'Whether there are older ones.', example: true })
  has_more!: boolean;
}

@WsEvent('What was missed since the query’s `since` has been replayed, or cannot be.')
export class DmResumedEvent extends ResumedFields {
  readonly type = 'resumed' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('A new message. Both sides get it, on all their connections.')
export class DmMessageEvent extends DmMessageDto {
  readonly type = 'dm_message' as const;
}

@WsEvent('A message has changed: the whole of it, as it is now. To both sides.')
export class DmMessageUpdatedEvent extends DmMessageDto {
  readonly type = 'dm_message_updated' as const;
}

@WsEvent('A message was deleted: it keeps its place, without its content. To both sides.')
export class DmMessageDeletedEvent extends DeletedFields {
  readonly type = 'dm_message_deleted' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('A side has reacted to a message. To both sides.')
export class DmReactionAddedEvent extends ReactionFields {
  readonly type = 'dm_reaction_added' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('A side has taken a reaction back; with a `count` of 0 the emoji is gone. To both sides.')
export class DmReactionRemovedEvent extends ReactionFields {
  readonly type = 'dm_reaction_removed' as const;

  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('The other side types, or has stopped; never stored.')
export class DmTypingEvent extends UserFields {
  readonly type = 'dm_typing' as const;

  @ApiProperty({ description: 'It ends by itself after 6 s.', example: true })
  is_typing!: boolean;

  @IsOfConversation()
  conversation_id!: string;
}

class DmSignalFields extends SignalFields {
  @IsOfConversation()
  conversation_id!: string;
}

@WsEvent('An offer of the other side.')
export class DmOfferEvent extends DmSignalFields {
  readonly type = 'webrtc_offer' as const;
}

@WsEvent('An answer of the other side.')
export class DmAnswerEvent extends DmSignalFields {
  readonly type = 'webrtc_answer' as const;
}

@WsEvent('An ICE candidate of the other side.')
export class DmIceCandidateEvent extends DmSignalFields {
  readonly type = 'webrtc_ice_candidate' as const;
}
