import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId } from '../common/ids.js';
import { MembershipFence } from '../groups/membership-fence.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { ConversationRepository } from './persistence/conversation.repository.js';

/** Stops a group's logs while its members change. */
@Injectable()
export class LogMembershipFence extends MembershipFence {
  constructor(private readonly conversations: ConversationRepository) {
    super();
  }

  async raise(tx: Tx, groupId: GroupId): Promise<ConversationId[]> {
    const ids = await this.conversations.lockOfGroup(tx, groupId);
    await this.conversations.bumpMembershipOfGroup(tx, groupId);
    return ids;
  }
}
