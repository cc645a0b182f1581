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
import { parseId } from '../../common/ids.js';
import type { UserId } from '../../common/ids.js';
import { DmsService } from '../../dms/dms.service.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { DmDto, toDmDto } from '../dto/dm.dto.js';
import { ChangesQuery, DmChangesDto, DmMessagesPageDto, MessagesQuery } from '../dto/message-pages.dto.js';
import { DmMessageDto, toDmMessage } from '../dto/message.dto.js';
import { SendMessageDto, toDraft } from '../dto/send-message.dto.js';
import { MessageHistoryService } from '../message-history.service.js';
import { MessagesService } from '../messages.service.js';
import { IdempotencyKey, nonceOf } from './idempotency-key.js';
import { changesPage, messagesPage } from './message-answers.js';

const OTHER_SIDE = {
  name: 'user_id',
  description: 'The other side’s user id.',
  schema: { type: 'string', format: 'uuid' },
} as const;

@ApiTags('dms')
@ApiBearerAuth()
@ApiProblems(400, 401, 429, 503)
@Controller('dms')
export class DmsController {
  constructor(
    private readonly dms: DmsService,
    private readonly messages: MessagesService,
    private readonly history: MessageHistoryService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The caller’s direct conversations',
    description: 'Those with messages, latest begun first.',
  })
  @ApiPage(DmDto, 'A page of direct conversations.')
  list(@CurrentUser() caller: Caller, @Query() query: PageQuery): Promise<Page<DmDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.dms.list(caller.userId, request),
      positionOf: (dm) => ({ at: dm.createdAt, id: dm.conversationId }),
      toItem: toDmDto,
    });
  }

  @Post(':user_id/messages')
  @ApiParam(OTHER_SIDE)
  @ApiOperation({
    summary: 'Send a message to a user.',
    description: 'Both sides see it on their sockets, as if it came over one.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The nonce of the send. With another `nonce` in the body it is `validation_failed`.',
  })
  @ApiCreatedResponse({ description: 'It is stored, and on its way to both sides.', type: DmMessageDto })
  @ApiOkResponse({
    description: 'This nonce made the message before: here it is again, and nobody is told.',
    type: DmMessageDto,
  })
  @ApiProblems(
    404,
    { 403: 'One of the two has blocked the other.' },
    { 409: 'The nonce was used for another message.' },
  )
  async send(
    @CurrentUser() { userId }: Caller,
    @Param('user_id', ParseIdPipe) otherId: UserId,
    @Body() body: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DmMessageDto> {
    const { conversationId } = await this.dms.open(userId, otherId);
    const { message, duplicate } = await this.messages.send(userId, conversationId, {
      ...toDraft(body),
      nonce: nonceOf(key, body),
    });
    if (duplicate) response.status(200);
    return toDmMessage(message, [userId, otherId]);
  }

  @Get(':user_id/messages')
  @ApiParam(OTHER_SIDE)
  @ApiOperation({
    summary: 'Messages with a user, oldest first',
    description:
      'The latest, or with `before_seq` the latest before that number, or with `after_seq` the earliest after it.',
  })
  @ApiOkResponse({ description: 'A page of messages.', type: DmMessagesPageDto })
  @ApiProblems(404)
  async messagesWith(
    @CurrentUser() { userId }: Caller,
    @Param('user_id', ParseIdPipe) otherId: UserId,
    @Query() { limit, before_seq, after_seq }: MessagesQuery,
  ): Promise<DmMessagesPageDto> {
    const { conversationId } = await this.dms.open(userId, otherId);
    const page = await this.history.list(userId, conversationId, { limit, before: before_seq, after: after_seq });
    return messagesPage(page, after_seq !== undefined, (message) => toDmMessage(message, [userId, otherId]));
  }

  @Get(':user_id/changes')
  @ApiParam(OTHER_SIDE)
  @ApiOperation({
    summary: 'The change feed of the conversation with a user',
    description: 'The present state of every message changed since a number, by `rev`.',
  })
  @ApiOkResponse({ description: 'A page of changes.', type: DmChangesDto })
  @ApiProblems(404, { 409: 'The epoch is another one: load the conversation anew.' })
  async changes(
    @CurrentUser() { userId }: Caller,
    @Param('user_id', ParseIdPipe) otherId: UserId,
    @Query() query: ChangesQuery,
  ): Promise<DmChangesDto> {
    const { conversationId } = await this.dms.open(userId, otherId);
    return changesPage(await this.history.changes(userId, conversationId, query), (message) =>
      toDmMessage(message, [userId, otherId]),
    );
  }
}
