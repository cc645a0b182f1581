import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { Public } from '../../infra/http/public.decorator.js';
import { AuthService } from '../auth.service.js';
import type { Device } from '../device.js';
import { ChangePasswordDto } from '../dto/change-password.dto.js';
import { LoginDto, RegisterDto } from '../dto/credentials.dto.js';
import { LogoutDto, RefreshDto } from '../dto/refresh.dto.js';
import { TokensDto } from '../dto/tokens.dto.js';
import { FromDevice } from '../from-device.decorator.js';

@ApiTags('auth')
@ApiProblems(429, 503)
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Post('register')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Make an account and log in',
    description: 'The answer is that of a login: a first session is open.',
  })
  @ApiCreatedResponse({ description: 'The account, and the tokens of its first session.', type: TokensDto })
  @ApiProblems(400, { 409: 'Another user has the name or the address; `errors` names the field.' })
  register(@Body() account: RegisterDto, @FromDevice() device: Device): Promise<TokensDto> {
    return this.auth.register(account, device);
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Log in',
    description: 'Opens a session. An unknown user and a wrong password get the same answer, `invalid_credentials`.',
  })
  @ApiOkResponse({ description: 'The tokens of a new session.', type: TokensDto })
  @ApiProblems(400, { 401: 'There is no such user, or the password is wrong (`invalid_credentials`).' })
  login(@Body() login: LoginDto, @FromDevice() device: Device): Promise<TokensDto> {
    return this.auth.login(login, device);
  }

  @Public()
  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Exchange a refresh token for fresh tokens',
    description:
      'Each refresh token works once. When the answer was lost, the same one may be sent again within 10 s, while its successor is ' +
      'unused, and gets that very successor. Any other second use ends the session, for whoever holds its tokens: `invalid_token`.',
  })
  @ApiOkResponse({ description: 'The next tokens of the session.', type: TokensDto })
  @ApiProblems(400, { 401: 'The token is unknown or used, or its session has ended (`invalid_token`).' })
  refresh(@Body() { refresh_token }: RefreshDto): Promise<TokensDto> {
    return this.auth.refresh(refresh_token);
  }

  @Post('logout')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'End this session',
    description: 'Its tokens are worth nothing, its sockets close with 4401.',
  })
  @ApiNoContentResponse({ description: 'It has ended.' })
  @ApiProblems(400, 401)
  logout(@CurrentUser() caller: Caller, @Body() { refresh_token }: LogoutDto): Promise<void> {
    return this.auth.logout(caller, refresh_token);
  }

  @Post('logout-all')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'End all sessions of the user, this one too',
    description: 'On every device: all tokens are worth nothing at once, and all sockets close with 4401.',
  })
  @ApiNoContentResponse({ description: 'They have ended.' })
  @ApiProblems(401)
  logoutAll(@CurrentUser() caller: Caller): Promise<void> {
    return this.auth.logoutAll(caller);
  }

  @Post('password')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'Change the password',
    description:
      'The caller’s own session stays, with its tokens and its sockets. All other sessions of the user end: their tokens are worth ' +
      'nothing, their sockets close with 4401.',
  })
  @ApiNoContentResponse({ description: 'It is changed.' })
  @ApiProblems(400, { 401: 'As everywhere, or the current password is wrong (`invalid_credentials`).' })
  changePassword(
    @CurrentUser() caller: Caller,
    @Body() passwords: ChangePasswordDto,
    @FromDevice() device: Device,
  ): Promise<void> {
    return this.auth.changePassword(caller, passwords, device);
  }
}
