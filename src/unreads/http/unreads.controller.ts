import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { ConversationId, UserId } from '../../common/ids.js';
import { DmsService } from '../../dms/dms.service.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery, readCursor, toPage } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { ReadDto, ReadPositionDto, toReadPosition, toUnreadDto, UnreadDto } from '../dto/unread.dto.js';
import { UnreadsService } from '../unreads.service.js';

const EVERYONE_SEES =
  'A lower number than before marks unread. It is told on sockets, as if it came over one; to repeat it changes nothing.';

@ApiTags('unreads')
@ApiBearerAuth()
@ApiProblems(400, 401, 429, 503)
@Controller()
export class UnreadsController {
  constructor(
    private readonly unreads: UnreadsService,
    private readonly dms: DmsService,
  ) {}

  @Put('channels/:id/read')
  @ApiParam({ name: 'id', description: 'The channel’s id.', schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({ summary: 'Say how far one has read a channel.', description: EVERYONE_SEES })
  @ApiOkResponse({ description: 'Where the caller stands now.', type: ReadPositionDto })
  @ApiProblems(404)
  async readChannel(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Body() { seq }: ReadDto,
  ): Promise<ReadPositionDto> {
    return toReadPosition(await this.unreads.readChannel(userId, id, seq));
  }

  @Put('dms/:user_id/read')
  @ApiParam({ name: 'user_id', description: 'The other side’s user id.', schema: { type: 'string', format: 'uuid' } })
  @ApiOperation({ summary: 'Say how far one has read the conversation with a user.', description: EVERYONE_SEES })
  @ApiOkResponse({ description: 'Where the caller stands now.', type: ReadPositionDto })
  @ApiProblems(404)
  async readDm(
    @CurrentUser() { userId }: Caller,
    @Param('user_id', ParseIdPipe) otherId: UserId,
    @Body() { seq }: ReadDto,
  ): Promise<ReadPositionDto> {
    const { conversationId } = await this.dms.open(userId, otherId);
    return toReadPosition(await this.unreads.read(userId, conversationId, seq));
  }

  @Get('users/me/unreads')
  @ApiOperation({
    summary: 'What the caller has not read, of every conversation of theirs',
    description: 'Their channels, and their direct conversations with messages, in the order of their ids.',
  })
  @ApiPage(UnreadDto, 'A page of conversations.')
  async list(@CurrentUser() { userId }: Caller, @Query() { limit, cursor }: PageQuery): Promise<Page<UnreadDto>> {
    const [after] = readCursor<[ConversationId]>(cursor, [parseId]) ?? [];
    const unreads = await this.unreads.list(userId, { after, limit: limit + 1 });
    return toPage(unreads, limit, { keyOf: ({ conversationId }) => [conversationId], toItem: toUnreadDto });
  }
}
