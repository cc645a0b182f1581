import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import type { Device } from '../auth/device.js';
import { SessionsService } from '../auth/sessions.service.js';
import { AccountDepartures } from '../groups/account-departures.service.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Caller } from '../infra/http/current-user.decorator.js';
import { UsersService } from '../users/users.service.js';
import { OwnsGroups, WrongPassword } from './accounts.errors.js';
import { AccountSweeper } from './internal/account-sweeper.js';

const REASON = 'account_deleted';

/** Deletes accounts: first a mark, with which the person is gone; then sweeps, which clear up what was theirs. */
@Injectable()
export class AccountDeletion {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly departures: AccountDepartures,
    private readonly transactions: TransactionRunner,
    private readonly sweeper: AccountSweeper,
  ) {}

  /** Resolves when the user's sockets on this node are told. @throws WrongPassword, OwnsGroups, RateLimited */
  async delete(caller: Caller, password: string, device: Device): Promise<void> {
    const { userId } = caller;
    const hash = await this.auth.confirmPassword(caller, password, device);
    if (hash === undefined) throw new WrongPassword();
    const ended = await this.transactions.run(async (tx) => {
      if (!(await this.users.holdPasswordHash(tx, userId, hash))) throw new WrongPassword();
      const owned = await this.departures.listOwnedWithOthers(tx, userId);
      if (owned.length > 0) throw new OwnsGroups(owned);
      await this.users.markDeleted(tx, userId);
      return this.sessions.revoke(tx, { userId }, REASON);
    });
    await this.sessions.announce(userId, ended, REASON);
    this.sweeper.soon();
  }
}
