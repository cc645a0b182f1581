import { Injectable } from '@nestjs/common';
import { FindOptionsWhere, In, IsNull, Like, MoreThan, And, FindOperator } from 'typeorm';
import type { UserId } from '../../common/ids.js';
import { violates } from '../../infra/database/database-errors.js';
import { TransactionRunner, Tx } from '../../infra/database/transaction-runner.js';
import { EmailTaken, UsernameTaken } from '../users.errors.js';
import { User } from './user.entity.js';

export type UserChanges = Partial<Omit<User, 'id' | 'identityChangedAt'>>;

const ACTIVE = { deactivatedAt: IsNull() };

/** Users who have left are found by none of these. */
@Injectable()
export class UserRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  find(where: FindOptionsWhere<User>): Promise<User | null> {
    return this.transactions.read((tx) => tx.findOneBy(User, { ...where, ...ACTIVE }));
  }

  findByIds(ids: UserId[]): Promise<User[]> {
    return this.transactions.read((tx) => tx.findBy(User, { id: In(ids), ...ACTIVE }));
  }

  /** In the order of their names, after `after`. */
  listByPrefix(prefix: string, after: string | undefined, limit: number): Promise<User[]> {
    const conditions: FindOperator<string>[] = [Like(`${escapeLike(prefix)}%`)];
    if (after !== undefined) conditions.push(MoreThan(after));
    return this.transactions.read((tx) =>
      tx.find(User, { where: { username: And(...conditions), ...ACTIVE }, order: { username: 'ASC' }, take: limit }),
    );
  }

  /** @throws UsernameTaken, EmailTaken */
  async insert(tx: Tx, user: User): Promise<void> {
    await this.unique(() => tx.insert(User, user));
  }

  /** @throws UsernameTaken, EmailTaken */
  async update(tx: Tx, id: UserId, changes: UserChanges): Promise<void> {
    const isIdentity = changes.username !== undefined || changes.deactivatedAt !== undefined;
    const noted = isIdentity ? { identityChangedAt: () => 'clock_timestamp()' } : {};
    await this.unique(() => tx.update(User, { id, ...ACTIVE }, { ...changes, ...noted }));
  }

  /** The hash as it is now; it cannot change before `tx` has ended. */
  async lockPasswordHash(tx: Tx, id: UserId): Promise<string | undefined> {
    return (await this.lock(tx, id))?.passwordHash;
  }

  /** The user as they are now; nobody changes them before `tx` has ended. */
  lock(tx: Tx, id: UserId): Promise<User | null> {
    return tx.findOne(User, { where: { id, ...ACTIVE }, lock: { mode: 'for_no_key_update' } });
  }

  private async unique(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (violates(error, 'users_username_key')) throw new UsernameTaken();
      if (violates(error, 'users_email_key')) throw new EmailTaken();
      throw error;
    }
  }
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&');
