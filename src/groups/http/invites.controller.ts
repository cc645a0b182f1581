import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { GroupId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { PageQuery } from '../../infra/http/page.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { CreateInviteDto } from '../dto/create-invite.dto.js';
import { GroupDto, toGroupDto } from '../dto/group.dto.js';
import { InviteDto, toInviteDto } from '../dto/invite.dto.js';
import { parseInviteCode } from '../invite-code.js';
import { InvitesService } from '../invites.service.js';

@ApiTags('invites')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller()
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Post('groups/:id/invites')
  @ApiOperation({
    summary: 'Make an invite',
    description:
      'For admins and the owner. It lasts seven days unless told otherwise, for any number of people unless told otherwise.',
  })
  @ApiCreatedResponse({ description: 'The new invite.', type: InviteDto })
  @ApiProblems(403)
  async create(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Body() { expires_in_s: expiresInS, max_uses: maxUses }: CreateInviteDto,
  ): Promise<InviteDto> {
    return toInviteDto(await this.invites.create(caller.userId, groupId, { expiresInS, maxUses }));
  }

  @Get('groups/:id/invites')
  @ApiOperation({
    summary: 'A group’s invites',
    description: 'For admins and the owner. Oldest first, with those that are no longer valid.',
  })
  @ApiPage(InviteDto, 'A page of invites.')
  @ApiProblems(403)
  list(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Query() query: PageQuery,
  ): Promise<Page<InviteDto>> {
    return pageByTime(query, {
      parseId: parseInviteCode,
      list: (request) => this.invites.list(caller.userId, groupId, request),
      positionOf: (invite) => ({ at: invite.createdAt, id: invite.code }),
      toItem: toInviteDto,
    });
  }

  @Delete('invites/:code')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an invite',
    description: 'For admins and the owner of its group. Who has joined by it stays.',
  })
  @ApiNoContentResponse({ description: 'Nobody can join by it any more.' })
  @ApiProblems(403)
  revoke(@CurrentUser() caller: Caller, @Param('code') code: string): Promise<void> {
    return this.invites.revoke(caller.userId, code);
  }

  @Post('invites/:code/accept')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Join a group by an invite',
    description: 'Who is a member already gets the group again, and uses nothing up: a lost answer can be retried.',
  })
  @ApiOkResponse({ description: 'The group.', type: GroupDto })
  @ApiProblems({
    403: 'The caller is banned from the group.',
    404: 'The invite is unknown, has expired, or is used up: which of these is not told.',
  })
  async accept(@CurrentUser() caller: Caller, @Param('code') code: string): Promise<GroupDto> {
    return toGroupDto(await this.invites.accept(caller.userId, code));
  }
}
