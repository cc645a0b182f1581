import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { GroupId, UserId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { DeparturesService } from '../departures.service.js';
import { GroupDto, toGroupDto } from '../dto/group.dto.js';
import { TransferGroupDto } from '../dto/transfer-group.dto.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('groups/:id')
export class DeparturesController {
  constructor(private readonly departures: DeparturesService) {}

  @Post('leave')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Leave a group',
    description:
      'The caller’s sockets in its channels close, and the invites that they made end. The owner cannot leave while there are others, because a group always has one: they hand it over first, or delete it. With its last member, the group goes.',
  })
  @ApiNoContentResponse({ description: 'The caller is no member any more, and their sockets are closed.' })
  @ApiProblems({ 409: 'The caller is the owner, and there are other members.' })
  leave(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) groupId: GroupId): Promise<void> {
    return this.departures.leave(caller.userId, groupId);
  }

  @Post('transfer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Hand a group over',
    description: 'For the owner, to another member. The caller becomes an admin.',
  })
  @ApiOkResponse({ description: 'The group as the caller, now an admin, sees it.', type: GroupDto })
  @ApiProblems(403)
  async transfer(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Body() { user_id }: TransferGroupDto,
  ): Promise<GroupDto> {
    const userId = user_id.toLowerCase() as UserId;
    return toGroupDto(await this.departures.transfer({ actorId: caller.userId, groupId, userId }));
  }
}
