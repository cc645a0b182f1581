import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
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
import { AuditLog } from '../audit-log.service.js';
import { BansService } from '../bans.service.js';
import { AuditEntryDto, toAuditEntryDto } from '../dto/audit-entry.dto.js';
import { BanDto, BanUserDto, toBanDto } from '../dto/ban.dto.js';

@ApiTags('groups')
@ApiBearerAuth()
@ApiProblems(400, 401, 403, 404, 429, 503)
@Controller('groups/:id')
export class ModerationController {
  constructor(
    private readonly bans: BansService,
    private readonly audit: AuditLog,
  ) {}

  @Put('bans/:user_id')
  @ApiOperation({
    summary: 'Ban a user',
    description:
      'For moderators and up. A member must have a role below the caller’s, and is removed; a user who is no member cannot join any more. Banning again changes the reason. It answers once the user’s sockets are closed.',
  })
  @ApiOkResponse({ description: 'The ban. No invite lets the user in.', type: BanDto })
  async ban(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Param('user_id', ParseIdPipe) userId: UserId,
    @Body() { reason = '' }: BanUserDto,
  ): Promise<BanDto> {
    return toBanDto(await this.bans.ban({ actorId: caller.userId, groupId, userId }, reason));
  }

  @Delete('bans/:user_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Lift a ban',
    description: 'For moderators and up. The user may join again, by an invite.',
  })
  @ApiNoContentResponse({ description: 'They are not banned any more.' })
  lift(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Param('user_id', ParseIdPipe) userId: UserId,
  ): Promise<void> {
    return this.bans.lift({ actorId: caller.userId, groupId, userId });
  }

  @Get('bans')
  @ApiOperation({ summary: 'A group’s bans', description: 'For moderators and up. In the order of banning.' })
  @ApiPage(BanDto, 'A page of bans.')
  list(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Query() query: PageQuery,
  ): Promise<Page<BanDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.bans.list(caller.userId, groupId, request),
      positionOf: (ban) => ({ at: ban.createdAt, id: ban.userId }),
      toItem: toBanDto,
    });
  }

  @Get('audit-log')
  @ApiOperation({
    summary: 'What was done with the power of a role',
    description: 'For admins and the owner. Newest first.',
  })
  @ApiPage(AuditEntryDto, 'A page of the audit log.')
  auditLog(
    @CurrentUser() caller: Caller,
    @Param('id', ParseIdPipe) groupId: GroupId,
    @Query() query: PageQuery,
  ): Promise<Page<AuditEntryDto>> {
    return pageByTime(query, {
      parseId,
      list: (request) => this.audit.list(caller.userId, groupId, request),
      positionOf: (entry) => ({ at: entry.createdAt, id: entry.id }),
      toItem: toAuditEntryDto,
    });
  }
}
