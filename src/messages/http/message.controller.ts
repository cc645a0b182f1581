import { Body, Controller, Delete, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { MessageId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery, readCursor, toPage } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { EditMessageDto, PastContentDto, RepliesQuery, toPastContentDto } from '../dto/message-details.dto.js';
import { ChannelMessageDto, DmMessageDto } from '../dto/message.dto.js';
import { MessageChanges } from '../message-changes.service.js';
import { MessageDetails } from '../message-details.service.js';
import { MessageHistoryService } from '../message-history.service.js';
import { ApiMessage, EITHER_MESSAGE, messageAnswer, WireMessages } from './wire-messages.js';
import type { MessageAnswer } from './wire-messages.js';

const NUMBER = /^\d{1,15}$/;

@ApiTags('messages')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The message’s id.', schema: { type: 'string', format: 'uuid' } })
@ApiExtraModels(ChannelMessageDto, DmMessageDto)
@ApiProblems(400, 401, 404, 429, 503)
@Controller('messages/:id')
export class MessageController {
  constructor(
    private readonly history: MessageHistoryService,
    private readonly changes: MessageChanges,
    private readonly details: MessageDetails,
    private readonly wire: WireMessages,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'One message',
    description: 'Of a channel of the caller’s groups, or of one of their direct conversations.',
  })
  @ApiMessage('A channel’s message, or one of a direct conversation.')
  async get(@CurrentUser() { userId }: Caller, @Param('id', ParseIdPipe) id: MessageId): Promise<MessageAnswer> {
    const { message, sides } = await this.history.get(userId, id);
    return messageAnswer(message, sides);
  }

  @Patch()
  @ApiOperation({
    summary: 'Edit a message.',
    description:
      'Who sent it may. Everyone connected sees `message_updated`; the same content again changes nothing. Moderators can see what it said before.',
  })
  @ApiMessage('The message as it is now.')
  @ApiProblems({ 403: 'Another user sent it, or one side of a direct conversation has blocked the other.' })
  edit(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) messageId: MessageId,
    @Body() { content }: EditMessageDto,
  ): Promise<MessageAnswer> {
    return this.wire.changed(userId, this.changes.edit(userId, { messageId }, content));
  }

  @Delete()
  @ApiOperation({
    summary: 'Delete a message.',
    description:
      'Who sent it may, and in a channel moderators and up. It keeps its place, without its content, its files and what it said before. Deleting it again changes nothing.',
  })
  @ApiMessage('What is left of it.')
  @ApiProblems({ 403: 'Another user sent it, and the caller is no moderator.' })
  delete(@CurrentUser() { userId }: Caller, @Param('id', ParseIdPipe) messageId: MessageId): Promise<MessageAnswer> {
    return this.wire.changed(userId, this.changes.delete(userId, { messageId }));
  }

  @Get('replies')
  @ApiOperation({
    summary: 'The messages that answer a message, oldest first',
    description: 'A deleted one is there too, without its content.',
  })
  @ApiOkResponse({
    description: 'A page of messages.',
    schema: {
      type: 'object',
      required: ['items', 'next_cursor'],
      properties: {
        items: { type: 'array', items: EITHER_MESSAGE },
        next_cursor: {
          type: 'string',
          nullable: true,
          description: 'The `after_seq` of the next page; null: this is the last.',
          example: null,
        },
      },
    },
  })
  async replies(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: MessageId,
    @Query() { limit, after_seq }: RepliesQuery,
  ): Promise<Page<MessageAnswer>> {
    const { replies, sides } = await this.details.replies(userId, id, { after: after_seq, limit: limit + 1 });
    const items = replies.slice(0, limit);
    const last = replies.length > limit ? items.at(-1) : undefined;
    return {
      items: items.map((message) => messageAnswer(message, sides)),
      next_cursor: last === undefined ? null : String(last.seq),
    };
  }

  @Get('history')
  @ApiOperation({
    summary: 'What a message said before it was edited, earliest first',
    description: 'For moderators and up of its group; of a deleted message nothing is kept.',
  })
  @ApiPage(PastContentDto, 'A page of contents.')
  @ApiProblems({ 403: 'The caller is no moderator, or it is a direct conversation, which has none.' })
  async edits(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: MessageId,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<PastContentDto>> {
    const parse = (text: string) => (NUMBER.test(text) ? Number(text) : undefined);
    const [after] = readCursor<[number]>(cursor, [parse]) ?? [0];
    const rows = await this.details.edits(userId, id, { after, limit: limit + 1 });
    return toPage(rows, limit, { keyOf: ({ rev }) => [String(rev)], toItem: toPastContentDto });
  }
}
