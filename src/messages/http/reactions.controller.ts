import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { MessageId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { ReactorDto, toReactorDto } from '../dto/message-details.dto.js';
import { MessageChanges } from '../message-changes.service.js';
import { MessageDetails } from '../message-details.service.js';
import { ApiMessage, WireMessages } from './wire-messages.js';
import type { MessageAnswer } from './wire-messages.js';

@ApiTags('messages')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The message’s id.', schema: { type: 'string', format: 'uuid' } })
@ApiParam({ name: 'emoji', description: 'One emoji, percent-encoded.', example: '👍' })
@ApiProblems(400, 401, 404, 429, 503)
@Controller('messages/:id/reactions/:emoji')
export class ReactionsController {
  constructor(
    private readonly changes: MessageChanges,
    private readonly details: MessageDetails,
    private readonly wire: WireMessages,
  ) {}

  @Put()
  @ApiOperation({
    summary: 'React to a message.',
    description: 'Everyone connected sees `reaction_added`; doing it again changes nothing.',
  })
  @ApiMessage('The message as it is now.')
  @ApiProblems(
    { 403: 'One side of the direct conversation has blocked the other.' },
    { 409: 'The message has 20 different reactions.' },
  )
  add(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) messageId: MessageId,
    @Param('emoji') emoji: string,
  ): Promise<MessageAnswer> {
    return this.wire.changed(userId, this.changes.react(userId, { messageId }, emoji));
  }

  @Delete()
  @ApiOperation({
    summary: 'Take one’s own reaction back.',
    description: 'Everyone connected sees `reaction_removed`; doing it again changes nothing.',
  })
  @ApiMessage('The message as it is now.')
  remove(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) messageId: MessageId,
    @Param('emoji') emoji: string,
  ): Promise<MessageAnswer> {
    return this.wire.changed(userId, this.changes.unreact(userId, { messageId }, emoji));
  }

  @Get()
  @ApiOperation({
    summary: 'Who has reacted with an emoji, earliest first',
    description: 'For everyone who may read the message.',
  })
  @ApiPage(ReactorDto, 'A page of users.')
  list(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: MessageId,
    @Param('emoji') emoji: string,
    @Query() query: PageQuery,
  ): Promise<Page<ReactorDto>> {
    return pageByTime(query, {
      parseId,
      list: (page) => this.details.reactors(userId, id, emoji, page),
      positionOf: ({ createdAt, userId: reactor }) => ({ at: createdAt, id: reactor }),
      toItem: toReactorDto,
    });
  }
}
