import { Injectable } from '@nestjs/common';
import type { UserId } from '../../common/ids.js';
import { RateLimited } from '../../common/domain-error.js';
import { ChannelsService } from '../../channels/channels.service.js';
import { Clock } from '../../common/clock.js';
import type { ConversationView } from '../../conversations/conversation.js';
import { DmsService } from '../../dms/dms.service.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { isAtLeast } from '../../groups/role.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { NoAccess } from '../messages.errors.js';
import { MessageRepository } from '../persistence/message.repository.js';

/** Who may read and write a conversation: the members of a channel's group, or the two sides of a DM. */
@Injectable()
export class ConversationAccess {
  constructor(
    private readonly membership: GroupMembership,
    private readonly channels: ChannelsService,
    private readonly dms: DmsService,
    private readonly messages: MessageRepository,
    private readonly clock: Clock,
  ) {}

  /** Under the conversation's lock, so that no removal can commit before the message does. @throws NoAccess, RateLimited */
  async requireWriter(tx: Tx, { id, kind }: ConversationView, userId: UserId): Promise<void> {
    if (kind === 'dm') {
      if (!(await this.dms.findOther(tx, id, userId))) throw new NoAccess();
      return;
    }
    const channel = await this.channels.findForMember(id, userId, tx);
    if (channel === undefined) throw new NoAccess();
    if (channel.slowModeS > 0 && !isAtLeast(channel.role, 'moderator')) {
      const last = await this.messages.lastSentAt(tx, id, userId);
      const waitMs = last ? last.getTime() + channel.slowModeS * 1000 - this.clock.now() : 0;
      if (waitMs > 0) throw new RateLimited(waitMs);
    }
  }

  /** @throws NoAccess */
  async requireReader(tx: Tx, conversation: ConversationView, userId: UserId): Promise<void> {
    if (!(await this.mayRead(tx, conversation, userId))) throw new NoAccess();
  }

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
