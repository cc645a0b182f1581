import { Body, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { NotForGuests } from '../../auth/auth.errors.js';
import type { UserId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { GuestsToo } from '../../infra/http/public.decorator.js';
import { RoomRuleDto, ruleDraftOf, SetRoomRuleDto, toRoomRuleDto } from '../dto/room-rule.dto.js';
import { RoomDto, toRoomDto } from '../dto/room.dto.js';
import type { RoomKind } from '../room-kind.js';
import { RoomModerationService } from '../room-moderation.service.js';
import { RoomOverviewService } from '../room-overview.service.js';
import { RoomRulesService } from '../room-rules.service.js';
import { RoomIdPipe } from './room-id.pipe.js';

const OWNERS = 'For the owner and, where the rule is `group`, the admins of that group.';

/** The routes that rooms, meetings and calls have alike; what they are under decides which of the three it is. */
export abstract class RoomRoutes {
  protected abstract readonly kind: RoomKind;

  @Inject(RoomOverviewService)
  private readonly overview!: RoomOverviewService;

  @Inject(RoomRulesService)
  private readonly rules!: RoomRulesService;

  @Inject(RoomModerationService)
  private readonly moderation!: RoomModerationService;

  @Get()
  @GuestsToo()
  @ApiOperation({
    summary: 'Who is there',
    description:
      'For those who may join, also while it is locked; guests too, but for calls. 404 when nobody is there and nobody has set a rule, and for all others.',
  })
  @ApiOkResponse({ description: 'Who is there, and who may join.', type: RoomDto })
  async get(@CurrentUser() caller: Caller, @Param('room_id', RoomIdPipe) roomId: string): Promise<RoomDto> {
    if (caller.guest === true && this.kind === 'call') throw new NotForGuests();
    const room = this.named(roomId);
    return toRoomDto(room, await this.overview.get(room, caller));
  }

  @Get('rule')
  @ApiOperation({ summary: 'The rule of who joins', description: OWNERS })
  @ApiOkResponse({ description: 'The rule, with those who are invited and removed.', type: RoomRuleDto })
  @ApiProblems(403)
  async getRule(@CurrentUser() { userId }: Caller, @Param('room_id', RoomIdPipe) roomId: string): Promise<RoomRuleDto> {
    const room = this.named(roomId);
    return toRoomRuleDto(room, await this.rules.get(room, userId));
  }

  @Put('rule')
  @ApiOperation({
    summary: 'Set the rule of who joins',
    description:
      'Whoever sets the first rule becomes the owner, for good: anybody may while nobody is there, else the one who has been there longest. ' +
      `After that: ${OWNERS} Whoever the new rule does not let in is sent out (4403), on every node. The rule stays when the last one has left.`,
  })
  @ApiOkResponse({ description: 'The rule as it is now.', type: RoomRuleDto })
  @ApiProblems(403, { 409: 'The caller owns 1000 rooms, meetings and calls already.' })
  async setRule(
    @CurrentUser() { userId }: Caller,
    @Param('room_id', RoomIdPipe) roomId: string,
    @Body() body: SetRoomRuleDto,
  ): Promise<RoomRuleDto> {
    const room = this.named(roomId);
    return toRoomRuleDto(room, await this.rules.set(room, userId, ruleDraftOf(body)));
  }

  @Delete('rule')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Give it up',
    description: `${OWNERS} Invitations, removals and the lock end with the rule: everyone may join, and somebody else may become the owner.`,
  })
  @ApiNoContentResponse({ description: 'It has no rule and no owner any more.' })
  @ApiProblems(403)
  clearRule(@CurrentUser() { userId }: Caller, @Param('room_id', RoomIdPipe) roomId: string): Promise<void> {
    return this.rules.clear(this.named(roomId), userId);
  }

  @Put('lock')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Lock it',
    description: `${OWNERS} Those who are there stay, and may come back under their id when their connection breaks; nobody else but the owner comes in (\`room_locked\`).`,
  })
  @ApiNoContentResponse({ description: 'It is locked: no join that begins now gets in.' })
  @ApiProblems(403)
  lock(@CurrentUser() { userId }: Caller, @Param('room_id', RoomIdPipe) roomId: string): Promise<void> {
    return this.rules.lock(this.named(roomId), userId, true);
  }

  @Delete('lock')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unlock it', description: `${OWNERS} A lock that a meeting’s host has set stays.` })
  @ApiNoContentResponse({ description: 'It is not locked any more.' })
  @ApiProblems(403)
  unlock(@CurrentUser() { userId }: Caller, @Param('room_id', RoomIdPipe) roomId: string): Promise<void> {
    return this.rules.lock(this.named(roomId), userId, false);
  }

  @Put('invitations/:user_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Invite a user',
    description: `${OWNERS} It counts while the rule is \`invitation\`, and lifts the user’s removal. At most 1000 users are invited or removed.`,
  })
  @ApiNoContentResponse({ description: 'The user is invited.' })
  @ApiProblems(403, 409)
  invite(
    @CurrentUser() caller: Caller,
    @Param('room_id', RoomIdPipe) roomId: string,
    @Param('user_id', ParseIdPipe) userId: UserId,
  ): Promise<void> {
    return this.moderation.invite(this.named(roomId), caller.userId, userId);
  }

  @Delete('invitations/:user_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Withdraw an invitation',
    description: `${OWNERS} While the rule is \`invitation\` the user is sent out (4403), on every node.`,
  })
  @ApiNoContentResponse({ description: 'The user is not invited any more.' })
  @ApiProblems(403)
  withdraw(
    @CurrentUser() caller: Caller,
    @Param('room_id', RoomIdPipe) roomId: string,
    @Param('user_id', ParseIdPipe) userId: UserId,
  ): Promise<void> {
    return this.moderation.withdraw(this.named(roomId), caller.userId, userId);
  }

  @Delete('participants/:client_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a participant',
    description: `${OWNERS} All connections of its user to it are closed (4403), on every node, and the user does not come back before the removal is lifted. The owner cannot be removed.`,
  })
  @ApiNoContentResponse({ description: 'The user is removed: no join of theirs that begins now gets in.' })
  @ApiProblems(403, { 409: 'It is the owner, or 1000 users are invited or removed already.' })
  remove(
    @CurrentUser() { userId }: Caller,
    @Param('room_id', RoomIdPipe) roomId: string,
    @Param('client_id') clientId: string,
  ): Promise<void> {
    return this.moderation.remove(this.named(roomId), userId, clientId);
  }

  @Delete('removals/:user_id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Lift a removal', description: `${OWNERS} The user may join again, as the rule says.` })
  @ApiNoContentResponse({ description: 'The user is not removed any more.' })
  @ApiProblems(403)
  lift(
    @CurrentUser() caller: Caller,
    @Param('room_id', RoomIdPipe) roomId: string,
    @Param('user_id', ParseIdPipe) userId: UserId,
  ): Promise<void> {
    return this.moderation.lift(this.named(roomId), caller.userId, userId);
  }

  private named(roomId: string) {
    return { kind: this.kind, roomId };
  }
}
