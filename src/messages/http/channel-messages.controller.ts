import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import type { ConversationId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { ChannelChangesDto, ChannelMessagesPageDto, ChangesQuery, MessagesQuery } from '../dto/message-pages.dto.js';
import { ChannelMessageDto, toChannelMessage } from '../dto/message.dto.js';
import { SendMessageDto, toDraft } from '../dto/send-message.dto.js';
import { MessageHistoryService } from '../message-history.service.js';
import { MessagesService } from '../messages.service.js';
import { IdempotencyKey, nonceOf } from './idempotency-key.js';
import { changesPage, messagesPage } from './message-answers.js';

/** Each route finds a channel only: a direct conversation is none, though its id names a log too. */
@ApiTags('messages')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The channel’s id.', schema: { type: 'string', format: 'uuid' } })
@ApiProblems(400, 401, 404, 429, 503)
@Controller('channels/:id')
export class ChannelMessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly history: MessageHistoryService,
  ) {}

  @Post('messages')
  @ApiOperation({
    summary: 'Send a message to a channel.',
    description: 'Everyone connected to the channel sees it, as if it came over a socket.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The nonce of the send. With another `nonce` in the body it is `validation_failed`.',
  })
  @ApiCreatedResponse({ description: 'It is stored, and on its way to everyone.', type: ChannelMessageDto })
  @ApiOkResponse({
    description: 'This nonce made the message before: here it is again, and nobody is told.',
    type: ChannelMessageDto,
  })
  @ApiProblems({ 409: 'The nonce was used for another message.' })
  async send(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Body() body: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChannelMessageDto> {
    const { message, duplicate } = await this.messages.sendToChannel(userId, id, {
      ...toDraft(body),
      nonce: nonceOf(key, body),
    });
    if (duplicate) response.status(200);
    return toChannelMessage(message);
  }

  @Get('messages')
  @ApiOperation({
    summary: 'Messages of a channel, oldest first',
    description:
      'The latest, or with `before_seq` the latest before that number, or with `after_seq` the earliest after it.',
  })
  @ApiOkResponse({ description: 'A page of messages.', type: ChannelMessagesPageDto })
  async list(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Query() { limit, before_seq, after_seq }: MessagesQuery,
  ): Promise<ChannelMessagesPageDto> {
    const range = { limit, before: before_seq, after: after_seq };
    const page = await this.history.list(userId, id, { kind: 'channel', ...range });
    return messagesPage(page, after_seq !== undefined, toChannelMessage);
  }

  @Get('changes')
  @ApiOperation({
    summary: 'The change feed: the present state of every message changed since a number.',
    description: 'A client that keeps messages by id and applies the feed has what a fresh load would give.',
  })
  @ApiOkResponse({ description: 'A page of changes.', type: ChannelChangesDto })
  @ApiProblems({ 409: 'The epoch is another one: load the conversation anew.' })
  async changes(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Query() { since, limit, epoch }: ChangesQuery,
  ): Promise<ChannelChangesDto> {
    return changesPage(
      await this.history.changes(userId, id, { kind: 'channel', since, limit, epoch }),
      toChannelMessage,
    );
  }
}
