import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { ConversationId, GroupId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery, readCursor, toPage } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { ChannelsService } from '../channels.service.js';
import { ChannelDto, toChannelDto } from '../dto/channel.dto.js';
import { CreateChannelDto } from '../dto/create-channel.dto.js';
import { UpdateChannelDto } from '../dto/update-channel.dto.js';

@ApiTags('channels')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller()
export class ChannelsController {
  constructor(private readonly channels: ChannelsService) {}

  @Post('groups/:id/channels')
  @ApiOperation({
    summary: 'Make a channel',
    description:
      'For admins and the owner of the group. Of type TEXT unless told otherwise; the type stays what it was made as.',
  })
  @ApiCreatedResponse({ description: 'The new channel.', type: ChannelDto })
  @ApiProblems(403)
  async create(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Body() { slow_mode_s: slowModeS, ...body }: CreateChannelDto,
  ): Promise<ChannelDto> {
    return toChannelDto(await this.channels.create(caller.userId, groupId, { ...body, slowModeS }));
  }

  @Get('groups/:id/channels')
  @ApiOperation({
    summary: 'A group’s channels',
    description: 'For its members. In their order: by `position`, then by id.',
  })
  @ApiPage(ChannelDto, 'A page of channels.')
  async list(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Query() query: PageQuery,
  ): Promise<Page<ChannelDto>> {
    const { limit, cursor } = query;
    const key = readCursor<[number, ConversationId]>(cursor, [parsePosition, parseId]);
    const after = key && { position: key[0], id: key[1] };
    const rows = await this.channels.list(caller.userId, groupId, { limit: limit + 1, after });
    return toPage(rows, limit, { keyOf: ({ position, id }) => [String(position), id], toItem: toChannelDto });
  }

  @Get('channels/:id')
  @ApiOperation({
    summary: 'A channel',
    description: 'For the members of its group. A stranger cannot tell whether there is one.',
  })
  @ApiOkResponse({ description: 'The channel.', type: ChannelDto })
  async get(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: ConversationId): Promise<ChannelDto> {
    return toChannelDto(await this.channels.get(caller.userId, id));
  }

  @Patch('channels/:id')
  @ApiOperation({
    summary: 'Change a channel’s name, topic, slow mode or place',
    description:
      'For admins and the owner of the group. What is left out stays. A new `position` may change those of the other channels too.',
  })
  @ApiOkResponse({ description: 'The channel as it is now.', type: ChannelDto })
  @ApiProblems(403)
  async update(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) id: ConversationId,
    @Body() { slow_mode_s: slowModeS, ...body }: UpdateChannelDto,
  ): Promise<ChannelDto> {
    return toChannelDto(await this.channels.update(caller.userId, id, { ...body, slowModeS }));
  }

  @Delete('channels/:id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a channel',
    description: 'For admins and the owner of the group. Its messages go with it, for good.',
  })
  @ApiNoContentResponse({ description: 'It is gone, and its sockets are closed.' })
  @ApiProblems(403)
  delete(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: ConversationId): Promise<void> {
    return this.channels.delete(caller.userId, id);
  }
}

const POSITION = /^\d{1,9}$/;

function parsePosition(text: string): number | undefined {
  return POSITION.test(text) ? Number(text) : undefined;
}
