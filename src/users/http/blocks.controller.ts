import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { UserId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { BlocksService } from '../blocks.service.js';
import { BlockedUserDto } from '../dto/blocked-user.dto.js';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems(400, 401, 429, 503)
@Controller('users')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Get('me/blocks')
  @ApiOperation({ summary: 'Whom the caller has blocked', description: 'In the order of blocking.' })
  @ApiPage(BlockedUserDto, 'A page of blocked users.')
  list(@CurrentUser() caller: Caller, @Query() query: PageQuery): Promise<Page<BlockedUserDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.blocks.list(caller.userId, request),
      positionOf: ({ createdAt, userId }) => ({ at: createdAt, id: userId }),
      toItem: ({ userId, username, createdAt }) => ({
        user_id: userId,
        username,
        created_at: createdAt.toISOString(),
      }),
    });
  }

  @Put(':id/block')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Block a user',
    description:
      'Between the two, whichever of them asks: direct messages, typing, calls and offers are `forbidden`. What was said stays readable to both. The other is not told. Blocking again changes nothing.',
  })
  @ApiNoContentResponse({ description: 'They are blocked.' })
  @ApiProblems({
    400: 'The id is no UUID, or it is the caller’s own.',
    404: 'There is no such user, or they have left.',
    409: 'The caller has blocked 1000 users already.',
  })
  block(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: UserId): Promise<void> {
    return this.blocks.block(caller.userId, id);
  }

  @Delete(':id/block')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unblock a user', description: 'Where there is no block, nothing changes.' })
  @ApiNoContentResponse({ description: 'They are not blocked by the caller.' })
  unblock(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: UserId): Promise<void> {
    return this.blocks.unblock(caller.userId, id);
  }
}
