import { Injectable } from '@nestjs/common';
import type { SessionId, UserId } from '../../common/ids.js';
import { Tx } from '../../infra/database/transaction-runner.js';
import { OwnUserDto } from '../../users/dto/user.dto.js';
import { UsersService } from '../../users/users.service.js';
import type { Device } from '../device.js';
import { TokensDto } from '../dto/tokens.dto.js';
import type { LiveSession } from '../persistence/session.repository.js';
import { SessionsService } from '../sessions.service.js';
import { AccessTokens } from './access-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';

export interface OpenedSession {
  user: OwnUserDto;
  session: LiveSession;
  refreshToken: string;
}

/** What a client gets for a login or a refresh token. */
@Injectable()
export class SessionTokens {
  constructor(
    private readonly sessions: SessionsService,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly users: UsersService,
  ) {}

  async open(tx: Tx, user: OwnUserDto, device: Device): Promise<OpenedSession> {
    const session = await this.sessions.open(tx, user, device);
    return { user, session, refreshToken: await this.refreshTokens.begin(tx, session.sessionId) };
  }

  /** @throws InvalidToken, as `RefreshTokens.rotate` */
  async refresh(refreshToken: string): Promise<TokensDto> {
    const rotated = await this.refreshTokens.rotate(refreshToken);
    return this.answer({ ...rotated, user: await this.users.getOwn(rotated.session.userId) });
  }

  /** Whose refresh token this is. */
  sessionOf(refreshToken: string): Promise<{ sessionId: SessionId; userId: UserId } | undefined> {
    return this.refreshTokens.find(refreshToken);
  }

  async answer({ user, session, refreshToken }: OpenedSession): Promise<TokensDto> {
    const { token, expiresIn } = await this.accessTokens.issue(session);
    return {
      user,
      access_token: token,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: expiresIn,
    };
  }
}
