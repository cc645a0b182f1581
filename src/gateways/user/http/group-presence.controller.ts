import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { GroupId } from '../../../common/ids.js';
import { ApiProblems } from '../../../infra/http/api-docs.js';
import { CurrentUser } from '../../../infra/http/current-user.decorator.js';
import type { Caller } from '../../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../../infra/http/parse-id.pipe.js';
import { PresenceDto, toPresenceDto } from '../../../presence/dto/presence.dto.js';
import { ChannelPresence } from '../../shared/channel-presence.js';

@ApiTags('presence')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('groups/:id/presence')
export class GroupPresenceController {
  constructor(private readonly presence: ChannelPresence) {}

  @Get()
  @ApiOperation({
    summary: 'Who is online in a group',
    description: 'For its members. Everyone who is online in at least one of its channels, each once.',
  })
  @ApiOkResponse({ description: 'Who is online now.', type: PresenceDto })
  async get(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: GroupId): Promise<PresenceDto> {
    return toPresenceDto(await this.presence.ofGroup(caller.userId, id));
  }
}
