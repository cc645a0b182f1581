import { Injectable } from '@nestjs/common';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { Caller } from '../infra/http/current-user.decorator.js';
import { canonical } from '../users/username.js';
import { Credentials, UsersService } from '../users/users.service.js';
import { InvalidCredentials, WrongCurrentPassword } from './auth.errors.js';
import type { Device } from './device.js';
import { ChangePasswordDto } from './dto/change-password.dto.js';
import { LoginDto, RegisterDto } from './dto/credentials.dto.js';
import { TokensDto } from './dto/tokens.dto.js';
import { LoginLimits } from './internal/login-limits.js';
import { PasswordHasher } from './internal/password-hasher.js';
import { SessionTokens } from './internal/session-tokens.js';
import { SessionsService } from './sessions.service.js';

/** Accounts' passwords, and the sessions that are opened with them. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: SessionTokens,
    private readonly hasher: PasswordHasher,
    private readonly limits: LoginLimits,
    private readonly transactions: TransactionRunner,
  ) {}

  /** @throws UsernameTaken, EmailTaken, RateLimited */
  async register({ username, email, password }: RegisterDto, device: Device): Promise<TokensDto> {
    await this.limits.register(device.ip);
    const passwordHash = await this.hasher.hash(password);
    const opened = await this.transactions.run(async (tx) => {
      const user = await this.users.create(tx, { username, email, passwordHash });
      return this.tokens.open(tx, user, device);
    });
    return this.tokens.answer(opened);
  }

  /** @throws InvalidCredentials, RateLimited */
  async login(login: LoginDto, device: Device): Promise<TokensDto> {
    const { username, email, password } = login;
    const name = canonical((email ?? username ?? '').trim());
    const found = await this.users.findCredentials(name);
    const account = found?.user.id ?? (`unknown ${name}` as const);
    const credentials = await this.limits.attempt({ account, ip: device.ip }, () => this.check(found, password));
    if (credentials === undefined) throw new InvalidCredentials();
    const { user, passwordHash } = credentials;
    const renewed = this.hasher.isOutdated(passwordHash) ? await this.hasher.hash(password) : undefined;
    const opened = await this.transactions.run(async (tx) => {
      if (!(await this.users.holdPasswordHash(tx, user.id, passwordHash))) return undefined;
      if (renewed !== undefined) await this.users.setPasswordHash(tx, user.id, renewed);
      return this.tokens.open(tx, user, device);
    });
    // Changed meanwhile: the session must not outlive a change that ended all others, so the new password decides.
    return opened === undefined ? this.login(login, device) : this.tokens.answer(opened);
  }

  /** @throws InvalidToken when the token is unknown, or was used before and may not be asked for again */
  refresh(refreshToken: string): Promise<TokensDto> {
    return this.tokens.refresh(refreshToken);
  }

  /** Ends the caller's session, and that of the refresh token if it is the caller's too. */
  async logout({ userId, sessionId }: Caller, refreshToken?: string): Promise<void> {
    const other = refreshToken === undefined ? undefined : await this.tokens.sessionOf(refreshToken);
    if (other?.userId === userId && other.sessionId !== sessionId)
      await this.sessions.end({ userId, only: other.sessionId }, 'logout');
    await this.sessions.end({ userId, only: sessionId }, 'logout');
  }

  async logoutAll({ userId }: Caller): Promise<void> {
    await this.sessions.end({ userId }, 'logout_all');
  }

  /**
   * Ends every session but the caller's.
   * @throws WrongCurrentPassword, RateLimited
   */
  async changePassword(caller: Caller, passwords: ChangePasswordDto, device: Device): Promise<void> {
    const known = await this.confirmPassword(caller, passwords.current_password, device);
    if (known === undefined) throw new WrongCurrentPassword();
    const passwordHash = await this.hasher.hash(passwords.new_password);
    const reason = 'password_changed';
    const ended = await this.transactions.run(async (tx) => {
      if (!(await this.users.holdPasswordHash(tx, caller.userId, known))) throw new WrongCurrentPassword();
      await this.users.setPasswordHash(tx, caller.userId, passwordHash);
      return this.sessions.revoke(tx, { userId: caller.userId, except: caller.sessionId }, reason);
    });
    await this.sessions.announce(caller.userId, ended, reason);
  }

  /** The hash that the password has now, for `UsersService.holdPasswordHash`; undefined when it is another. @throws RateLimited */
  confirmPassword({ userId }: Caller, password: string, device: Device): Promise<string | undefined> {
    return this.limits.attempt({ account: userId, ip: device.ip }, async () => {
      const hash = await this.users.getPasswordHash(userId);
      return (await this.hasher.verify(password, hash)) ? hash : undefined;
    });
  }

  /** Takes as long for an unknown user as for a wrong password. */
  private async check(found: Credentials | undefined, password: string): Promise<Credentials | undefined> {
    return (await this.hasher.verify(password, found?.passwordHash)) ? found : undefined;
  }
}
