import { Injectable } from '@nestjs/common';
import type { UserId } from '../../common/ids.js';
import type { ConversationView } from '../../conversations/conversation.js';
import { DmsService } from '../../dms/dms.service.js';
import { GroupMembership } from '../../groups/group-membership.js';
import type { Tx } from '../../infra/database/transaction-runner.js';

/** Who may read a conversation: the members of a channel's group, or the two sides of a DM. */
@Injectable()
export class ConversationAccess {
  constructor(
    private readonly membership: GroupMembership,
    private readonly dms: DmsService,
  ) {}

  async mayRead(tx: Tx, { id, groupId }: ConversationView, userId: UserId): Promise<boolean> {
    if (groupId !== null) return this.membership.isMember(groupId, userId, tx);
    return (await this.dms.findOther(tx, id, userId)) !== undefined;
  }

  /** Both users of a direct conversation that is one of the user's; undefined for a channel. */
  async sidesOf(tx: Tx, { id, kind }: ConversationView, userId: UserId): Promise<UserId[] | undefined> {
    const dm = kind === 'dm' ? await this.dms.findOther(tx, id, userId) : undefined;
    return dm && [userId, dm.otherUserId];
  }
}
