import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import type { UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import { Blocked, SelfBlock, TooManyBlocks, UserNotFound } from './users.errors.js';
import { BlockedUserView, UserBlockRepository } from './persistence/user-block.repository.js';

/** More people than that nobody has to be protected from one by one. */
const BLOCKS_MAX = 1000;

/** Who does not want to hear from whom (protocol section 3): between the two, whichever it was, nothing is sent. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly blocks: UserBlockRepository,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Blocking again changes nothing. @throws SelfBlock, UserNotFound, TooManyBlocks */
  async block(blockerId: UserId, blockedId: UserId): Promise<void> {
    if (blockerId === blockedId) throw new SelfBlock();
    const isNew = await this.transactions.run(async (tx) => {
      // One at a time of a user's own, so that the limit holds.
      if (!(await this.blocks.lockUser(tx, blockerId)) || !(await this.blocks.isThere(tx, blockedId)))
        throw new UserNotFound();
      const inserted = await this.blocks.insert(tx, { blockerId, blockedId, createdAt: this.clock.date() });
      if (inserted && (await this.blocks.count(tx, blockerId)) > BLOCKS_MAX) throw new TooManyBlocks(BLOCKS_MAX);
      return inserted;
    });
    if (isNew) await this.events.publish('user.blocked', { blockerId, blockedId });
  }

  /** Where there is no block, nothing changes. */
  async unblock(blockerId: UserId, blockedId: UserId): Promise<void> {
    const isGone = await this.transactions.run((tx) => this.blocks.delete(tx, blockerId, blockedId));
    if (isGone) await this.events.publish('user.unblocked', { blockerId, blockedId });
  }

  /** Whom the user has blocked, in the order of blocking. */
  list(userId: UserId, page: PageRequest): Promise<BlockedUserView[]> {
    return this.transactions.read((tx) => this.blocks.list(tx, userId, page));
  }

  /** Whether either of the two has blocked the other, as Postgres says now. */
  between(userId: UserId, otherId: UserId): Promise<boolean> {
    return this.blocks.isBetween(userId, otherId);
  }

  /** @throws Blocked when either of the two has blocked the other */
  async requireNone(userId: UserId, otherId: UserId): Promise<void> {
    if (await this.between(userId, otherId)) throw new Blocked();
  }
}
