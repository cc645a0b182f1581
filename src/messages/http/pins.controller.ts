import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ChannelsService } from '../../channels/channels.service.js';
import { parseId } from '../../common/ids.js';
import type { ConversationId, MessageId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { ChannelMessageDto, toChannelMessage } from '../dto/message.dto.js';
import { MessageChanges } from '../message-changes.service.js';
import { MessageDetails } from '../message-details.service.js';

/** Each route finds a channel only. */
@ApiTags('messages')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The channel’s id.', schema: { type: 'string', format: 'uuid' } })
@ApiProblems(400, 401, 404, 429, 503)
@Controller('channels/:id/pins')
export class PinsController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly changes: MessageChanges,
    private readonly details: MessageDetails,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The pinned messages of a channel', description: 'At most 50; pinned last comes first.' })
  @ApiPage(ChannelMessageDto, 'A page of messages.')
  async list(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Query() query: PageQuery,
  ): Promise<Page<ChannelMessageDto>> {
    await this.channels.get(userId, id);
    return pageByTime(query, {
      parseId,
      list: (page) => this.details.pins(id, page),
      positionOf: ({ message, pinnedAt }) => ({ at: pinnedAt, id: message.id }),
      toItem: ({ message }) => toChannelMessage(message),
    });
  }

  @Put(':message_id')
  @ApiParam({
    name: 'message_id',
    description: 'A message of the channel.',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiOperation({
    summary: 'Pin a message.',
    description: 'Moderators and up. Everyone connected sees `message_updated`; doing it again changes nothing.',
  })
  @ApiOkResponse({ description: 'The message as it is now.', type: ChannelMessageDto })
  @ApiProblems(403, { 409: 'The channel has 50 pinned messages.' })
  async pin(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) conversationId: ConversationId,
    @Param('message_id', ParseIdPipe) messageId: MessageId,
  ): Promise<ChannelMessageDto> {
    await this.channels.get(userId, conversationId);
    const { message } = await this.changes.pin(userId, { messageId, conversationId });
    return toChannelMessage(message);
  }

  @Delete(':message_id')
  @ApiParam({
    name: 'message_id',
    description: 'A message of the channel.',
    schema: { type: 'string', format: 'uuid' },
  })
  @ApiOperation({
    summary: 'Unpin a message.',
    description: 'Moderators and up. Everyone connected sees `message_updated`; doing it again changes nothing.',
  })
  @ApiOkResponse({ description: 'The message as it is now.', type: ChannelMessageDto })
  @ApiProblems(403)
  async unpin(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) conversationId: ConversationId,
    @Param('message_id', ParseIdPipe) messageId: MessageId,
  ): Promise<ChannelMessageDto> {
    await this.channels.get(userId, conversationId);
    const { message } = await this.changes.unpin(userId, { messageId, conversationId });
    return toChannelMessage(message);
  }
}
