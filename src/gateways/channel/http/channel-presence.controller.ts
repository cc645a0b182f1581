import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ConversationId } from '../../../common/ids.js';
import { ApiProblems } from '../../../infra/http/api-docs.js';
import { CurrentUser } from '../../../infra/http/current-user.decorator.js';
import type { Caller } from '../../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../../infra/http/parse-id.pipe.js';
import { PresenceDto, toPresenceDto } from '../../../presence/dto/presence.dto.js';
import { ChannelPresence } from '../../shared/channel-presence.js';

@ApiTags('presence')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('channels/:id/presence')
export class ChannelPresenceController {
  constructor(private readonly presence: ChannelPresence) {}

  @Get()
  @ApiOperation({
    summary: 'Who is online in a channel',
    description:
      'For the members of its group. Online is who is connected to the channel, on any device; one whose connection broke has a few seconds to come back, and counts until then.',
  })
  @ApiOkResponse({ description: 'Who is online now.', type: PresenceDto })
  async get(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: ConversationId): Promise<PresenceDto> {
    return toPresenceDto(await this.presence.ofChannel(caller.userId, id));
  }
}
