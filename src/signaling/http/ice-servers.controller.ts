import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { GuestsToo } from '../../infra/http/public.decorator.js';
import { IceServersDto, IceServersQuery, toIceServersDto } from '../dto/ice-servers.dto.js';
import { IceServers } from '../ice-servers.js';

@ApiTags('signaling')
@ApiBearerAuth()
@Controller('ice-servers')
export class IceServersController {
  constructor(private readonly iceServers: IceServers) {}

  @Get()
  @GuestsToo()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'The STUN and TURN servers for a call',
    description:
      'Ask before each call. TURN servers, which relay the media of callers whose networks allow no direct connection, come with ' +
      'credentials of the caller’s own for a time (draft-uberti-behave-turn-rest): a user may ask 30 times a minute. Guests may ask too: they meet in rooms.',
  })
  @ApiOkResponse({ description: 'The servers, and how long their credentials are good.', type: IceServersDto })
  @ApiProblems(400, 401, 429)
  async read(@CurrentUser() caller: Caller, @Query() { room_id: roomId }: IceServersQuery): Promise<IceServersDto> {
    return toIceServersDto(await this.iceServers.issue(caller.userId, roomId));
  }
}
