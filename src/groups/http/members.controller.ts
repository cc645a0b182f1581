import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseId } from '../../common/ids.js';
import type { GroupId, UserId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { ChangeRoleDto } from '../dto/change-role.dto.js';
import { MemberDto, toMemberDto } from '../dto/member.dto.js';
import { MembersService } from '../members.service.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('groups/:id')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('members')
  @ApiOperation({
    summary: 'A group’s members',
    description: 'For its members. In the order of joining, each with their role.',
  })
  @ApiPage(MemberDto, 'A page of members.')
  list(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Query() query: PageQuery,
  ): Promise<Page<MemberDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.members.list(caller.userId, groupId, request),
      positionOf: (member) => ({ at: member.joinedAt, id: member.userId }),
      toItem: toMemberDto,
    });
  }

  @Patch('members/:user_id')
  @ApiOperation({
    summary: 'Change a member’s role',
    description:
      'For admins and the owner. Both the old and the new role must be below the caller’s own. Whoever is no admin any more loses the invites that they made.',
  })
  @ApiOkResponse({ description: 'The member as they are now.', type: MemberDto })
  @ApiProblems(403)
  async changeRole(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Param('user_id', ParseIdPipe) userId: UserId,
    @Body() { role }: ChangeRoleDto,
  ): Promise<MemberDto> {
    return toMemberDto(await this.members.changeRole({ actorId: caller.userId, groupId, userId }, role));
  }

  @Delete('members/:user_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a member',
    description:
      'For moderators and up, whose own role must be above the member’s. They may come back by an invite, unlike who is banned. The invites that they made end too. It answers once the member’s sockets are closed.',
  })
  @ApiNoContentResponse({ description: 'They are no member any more, and their sockets are closed.' })
  @ApiProblems(403)
  remove(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Param('user_id', ParseIdPipe) userId: UserId,
  ): Promise<void> {
    return this.members.remove({ actorId: caller.userId, groupId, userId });
  }
}
