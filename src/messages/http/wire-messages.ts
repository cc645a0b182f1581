import { applyDecorators, Injectable } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import type { UserId } from '../../common/ids.js';
import { ChannelMessageDto, DmMessageDto, toChannelMessage, toDmMessage } from '../dto/message.dto.js';
import { MessageHistoryService } from '../message-history.service.js';
import type { Change, MessageState } from '../message.js';

export type MessageAnswer = ReturnType<typeof toChannelMessage> | ReturnType<typeof toDmMessage>;

export const EITHER_MESSAGE = {
  oneOf: [{ $ref: getSchemaPath(ChannelMessageDto) }, { $ref: getSchemaPath(DmMessageDto) }],
};

/** Documents a 200 answer that is a message, of whichever kind of conversation. */
export function ApiMessage(description: string): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ChannelMessageDto, DmMessageDto),
    ApiOkResponse({ description, schema: EITHER_MESSAGE }),
  );
}

/** `sides`: of a direct conversation; undefined for a channel. */
export function messageAnswer(message: MessageState, sides: readonly UserId[] | undefined): MessageAnswer {
  return sides === undefined ? toChannelMessage(message) : toDmMessage(message, sides);
}

/** Messages as REST shows them where the request does not say what kind of conversation they are of. */
@Injectable()
export class WireMessages {
  constructor(private readonly history: MessageHistoryService) {}

  /** The message as this change has left it. */
  async changed(userId: UserId, change: Promise<Change>): Promise<MessageAnswer> {
    const { message } = await change;
    return messageAnswer(message, await this.history.sidesOf(userId, message.conversationId));
  }
}
