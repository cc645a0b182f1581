import { Injectable, Logger, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { AccountDepartures } from '../../groups/account-departures.service.js';
import { DeletedAccountRepository, DueAccount } from '../persistence/deleted-account.repository.js';

const EVERY_MS = 30_000;
const AT_ONCE = 20;

/**
 * Clears up after accounts that were deleted. Each step may be repeated, and done by several nodes at once: a node that
 * stops in between leaves the rest to any other.
 */
@Injectable()
export class AccountSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(AccountSweeper.name);
  private cancel: Cancel = () => undefined;

  constructor(
    private readonly accounts: DeletedAccountRepository,
    private readonly departures: AccountDepartures,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.cancel = this.clock.every(EVERY_MS, () => {
      this.soon();
    });
  }

  onModuleDestroy(): void {
    this.cancel();
  }

  /** Owned by the background's tasks: nobody waits for it. */
  soon(): void {
    this.tasks.run('sweep accounts', () => this.sweep());
  }

  /** Once, what is due. An account that cannot be cleared up now is tried again, and holds up no other. */
  async sweep(): Promise<void> {
    for (const account of await this.accounts.listDue(AT_ONCE)) {
      try {
        await this.clearUp(account);
      } catch (err) {
        this.logger.error({ msg: 'a deleted account is not cleared up yet', userId: account.id, err });
      }
    }
  }

  private async clearUp({ id, isSettled }: DueAccount): Promise<void> {
    await this.departures.leaveAll(id);
    await this.accounts.erase(id);
    if (isSettled) await this.accounts.finish(id);
  }
}
