import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../common/ids.js';
import type { PageRequest } from '../common/paging.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { UsersService } from '../users/users.service.js';
import type { DmView } from './dm.js';
import { NoSuchUser, SelfConversation } from './dms.errors.js';
import { DmRepository } from './persistence/dm.repository.js';

/** Direct conversations: one for each pair of users, seen and addressed by those two alone (protocol section 3). */
@Injectable()
export class DmsService {
  constructor(
    private readonly dms: DmRepository,
    private readonly conversations: ConversationsService,
    private readonly users: UsersService,
    private readonly transactions: TransactionRunner,
  ) {}

  /** The pair's conversation, made now when there was none. @throws SelfConversation, NoSuchUser */
  async open(userId: UserId, otherId: UserId): Promise<DmView> {
    if (userId === otherId) throw new SelfConversation();
    const found = await this.dms.findOfPair(userId, otherId);
    return found ?? this.create(userId, otherId);
  }

  /** The other side for this user; undefined when the conversation is none of theirs. */
  findOther(tx: Tx, conversationId: ConversationId, userId: UserId): Promise<DmView | undefined> {
    return this.dms.findOther(tx, conversationId, userId);
  }

  /** The two users whose conversation it is; none when it is no direct one. */
  sidesOf(conversationId: ConversationId): Promise<UserId[]> {
    return this.transactions.read((tx) => this.dms.sidesOf(tx, conversationId));
  }

  list(userId: UserId, { after, limit }: PageRequest): Promise<DmView[]> {
    return this.transactions.read((tx) => this.dms.list(tx, userId, after, limit));
  }

  private async create(userId: UserId, otherId: UserId): Promise<DmView> {
    if ((await this.users.findById(otherId)) === undefined) throw new NoSuchUser();
    await this.transactions.run(async (tx) => {
      const { id } = await this.conversations.create(tx, { kind: 'dm' });
      if (!(await this.dms.insert(tx, id, userId, otherId))) await this.conversations.delete(tx, id);
    });
    const view = await this.dms.findOfPair(userId, otherId);
    if (view === undefined) throw new NoSuchUser();
    return view;
  }
}
