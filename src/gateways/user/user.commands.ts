import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, Min } from 'class-validator';
import type { ConversationId, UserId } from '../../common/ids.js';
import { IsText } from '../../common/text.js';
import { SendMessageDto } from '../../messages/dto/send-message.dto.js';
import { ReadDto } from '../../unreads/dto/unread.dto.js';
import { CallCommand, CallInviteCommand } from '../dm/dm.commands.js';
import { MessageCommand, MessageEditCommand, ReactionCommand } from '../shared/change-commands.js';
import { CallJoinCommand, SignalCommand, TypingCommand } from '../shared/commands.js';
import { EPOCH_LIMIT, HISTORY_LIMIT, PRESENCE_MODES } from '../shared/conversation-context.js';
import type { PresenceMode } from '../shared/conversation-context.js';
import { CONVERSATION, OTHER_USER } from '../shared/event-shapes.js';

const CHANNEL = { description: 'The channel, which is subscribed to.', format: 'uuid', example: CONVERSATION };
const DM = { description: 'The direct conversation, which is subscribed to.', format: 'uuid', example: CONVERSATION };

const OfChannel = () => applyDecorators(ApiProperty({ ...CHANNEL, type: String }), IsUUID());
const OfConversation = () => applyDecorators(ApiProperty({ ...DM, type: String }), IsUUID());

/** A UUID that may be left out, or `null`. */
const MaybeId = (description: string, example: string) =>
  applyDecorators(
    ApiPropertyOptional({ description, type: String, format: 'uuid', nullable: true, example }),
    IsOptional(),
    IsUUID(),
  );

/** `subscribe` */
export class SubscribeCommand {
  @MaybeId('The channel. Either this or `dm_user_id`.', CONVERSATION)
  channel_id?: ConversationId | null;

  @ApiPropertyOptional({
    description: 'The other side of a direct conversation.',
    type: String,
    format: 'uuid',
    nullable: true,
  })
  @IsOptional()
  @IsUUID()
  dm_user_id?: UserId | null;

  @ApiPropertyOptional({
    description: 'The number of the last change that the client has: what it missed is replayed in order.',
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    nullable: true,
    example: 38,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  since?: number | null;

  @ApiPropertyOptional({
    description: 'The epoch that `since` belongs to.',
    type: String,
    maxLength: EPOCH_LIMIT,
    nullable: true,
  })
  @IsOptional()
  @IsText({ min: 0, max: EPOCH_LIMIT })
  epoch?: string | null;

  @ApiPropertyOptional({
    description: 'The latest so many messages at once.',
    type: 'integer',
    minimum: 0,
    maximum: HISTORY_LIMIT,
    nullable: true,
    example: 20,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(HISTORY_LIMIT)
  history?: number | null;

  @ApiPropertyOptional({
    description: 'How arrivals and departures are told; without it, they are not.',
    enum: PRESENCE_MODES,
    default: 'none',
    nullable: true,
  })
  @IsOptional()
  @IsIn(PRESENCE_MODES)
  presence?: PresenceMode | null;

  // Its answer comes before what it has asked for, and so is sent by the handler.
  @ApiPropertyOptional({ description: 'Any text; the answer carries the same.', type: String, maxLength: 64 })
  @IsOptional()
  @IsString()
  ref?: string;
}

/** `unsubscribe` */
export class UnsubscribeCommand {
  @MaybeId('The channel. Either this or `conversation_id`.', CONVERSATION)
  channel_id?: ConversationId | null;

  @ApiPropertyOptional({ description: 'The direct conversation.', type: String, format: 'uuid', nullable: true })
  @IsOptional()
  @IsUUID()
  conversation_id?: ConversationId | null;
}

/** `message` */
export class UserMessageCommand extends SendMessageDto {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `dm_message` */
export class UserDmMessageCommand extends SendMessageDto {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `message_edit` */
export class UserMessageEditCommand extends MessageEditCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `message_delete`, `pin`, `unpin` */
export class UserMessageChangeCommand extends MessageCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `reaction_add`, `reaction_remove` */
export class UserReactionCommand extends ReactionCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `dm_message_edit` */
export class UserDmMessageEditCommand extends MessageEditCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `dm_message_delete` */
export class UserDmMessageChangeCommand extends MessageCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `dm_reaction_add`, `dm_reaction_remove` */
export class UserDmReactionCommand extends ReactionCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `typing` */
export class UserTypingCommand extends TypingCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `dm_typing` */
export class UserDmTypingCommand extends TypingCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `webrtc_offer`, `webrtc_answer`, `webrtc_ice_candidate` */
export class UserSignalCommand extends SignalCommand {
  @MaybeId('The channel, with `target_user_id`. Either this or `conversation_id`.', CONVERSATION)
  channel_id?: ConversationId | null;

  @ApiPropertyOptional({
    description: 'The direct conversation: it goes to the other side.',
    type: String,
    format: 'uuid',
    nullable: true,
  })
  @IsOptional()
  @IsUUID()
  conversation_id?: ConversationId | null;

  @MaybeId('In a channel: whom it is for.', OTHER_USER)
  target_user_id?: UserId | null;
}

/** `read` */
export class UserReadCommand extends ReadDto {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `dm_read` */
export class UserDmReadCommand extends ReadDto {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `call_join` */
export class UserCallJoinCommand extends CallJoinCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `call_leave` */
export class UserCallLeaveCommand {
  @OfChannel()
  channel_id!: ConversationId;
}

/** `call_invite` */
export class UserCallInviteCommand extends CallInviteCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}

/** `call_accept`, `call_decline`, `call_cancel`, `call_end` */
export class UserCallCommand extends CallCommand {
  @OfConversation()
  conversation_id!: ConversationId;
}
