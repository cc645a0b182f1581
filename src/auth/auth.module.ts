import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { UsersModule } from '../users/users.module.js';
import { AuthService } from './auth.service.js';
import { GuestsService } from './guests.service.js';
import { AuthController } from './http/auth.controller.js';
import { GuestsController } from './http/guests.controller.js';
import { SessionsController } from './http/sessions.controller.js';
import { AccessTokens } from './internal/access-tokens.js';
import { ExpirySweeper } from './internal/expiry-sweeper.js';
import { GuestTokens } from './internal/guest-tokens.js';
import { JwtAuthGuard } from './internal/jwt-auth.guard.js';
import { JwtStrategy } from './internal/jwt.strategy.js';
import { LoginLimits } from './internal/login-limits.js';
import { PasswordHasher } from './internal/password-hasher.js';
import { RefreshTokens } from './internal/refresh-tokens.js';
import { SessionTokens } from './internal/session-tokens.js';
import { SessionWatch } from './internal/session-watch.js';
import { RefreshTokenRepository } from './persistence/refresh-token.repository.js';
import { SessionRepository } from './persistence/session.repository.js';
import { WsTicketRepository } from './persistence/ws-ticket.repository.js';
import { SessionConnectionAuthenticator } from './session-connection-authenticator.js';
import { SessionsService } from './sessions.service.js';
import { WsTicketsService } from './ws-tickets.service.js';

@Module({
  imports: [UsersModule, JwtModule.register({})],
  controllers: [AuthController, GuestsController, SessionsController],
  providers: [
    AuthService,
    SessionsService,
    WsTicketsService,
    GuestsService,
    SessionConnectionAuthenticator,
    SessionTokens,
    RefreshTokens,
    AccessTokens,
    GuestTokens,
    PasswordHasher,
    LoginLimits,
    ExpirySweeper,
    SessionWatch,
    SessionRepository,
    RefreshTokenRepository,
    WsTicketRepository,
    JwtStrategy,
    { provide: APP_GUARD, useClass: JwtAuthGuard },
  ],
  exports: [AuthService, SessionsService, SessionConnectionAuthenticator],
})
export class AuthModule {}
