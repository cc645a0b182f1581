import { Body, Controller, Header, Headers, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { Public } from '../../infra/http/public.decorator.js';
import type { Device } from '../device.js';
import { BecomeGuestDto, GuestTokenDto } from '../dto/guest.dto.js';
import { GuestsService } from '../guests.service.js';
import { GUEST_TOKEN_TTL_S } from '../internal/guest-tokens.js';
import { FromDevice } from '../from-device.decorator.js';

@ApiTags('auth')
@ApiProblems(429, 503)
@Controller('auth')
export class GuestsController {
  constructor(private readonly guests: GuestsService) {}

  @Public()
  @Post('guest')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Become a guest',
    description:
      'Where the server takes guests (`GUESTS_ENABLED`). The token opens room, meeting, lobby and live gateways, and the few routes that ' +
      'say so; everything else refuses it with `forbidden`. It lasts 12 h. With a guest’s token in `Authorization` the same guest gets a ' +
      'fresh one, under the same name. An address gets 120 in a minute.',
  })
  @ApiCreatedResponse({ description: 'The guest, and its token.', type: GuestTokenDto })
  @ApiProblems(400, {
    401: 'The guest’s token that came along is not valid (`invalid_token`) or too old (`expired_token`).',
    403: 'The server takes no guests (`forbidden`).',
  })
  async become(
    @Body() { username }: BecomeGuestDto,
    @FromDevice() { ip }: Device,
    @Headers('authorization') authorization?: string,
  ): Promise<GuestTokenDto> {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    const { token, identity } = (await this.guests.renew(given, ip)) ?? (await this.guests.welcome(username, ip));
    return {
      user: { id: identity.userId, username: identity.username, guest: true },
      access_token: token,
      token_type: 'bearer',
      expires_in: GUEST_TOKEN_TTL_S,
    };
  }
}
