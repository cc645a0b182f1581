import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId, MessageId, UserId } from '../../common/ids.js';
import { NotFound } from '../../common/domain-error.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { DmsService } from '../../dms/dms.service.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { MessageHistoryService } from '../../messages/message-history.service.js';

/** Whose a conversation is: a group's channel, or the two sides'. It never changes. */
export interface Place {
  groupId: GroupId | null;
  sides: readonly UserId[];
}

/** Whom a message concerns, beside those that it names itself. */
@Injectable()
export class Concerned {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly dms: DmsService,
    private readonly history: MessageHistoryService,
    private readonly membership: GroupMembership,
  ) {}

  /** @throws ConversationNotFound */
  async placeOf(conversationId: ConversationId): Promise<Place> {
    const { groupId } = await this.conversations.get(conversationId);
    return { groupId, sides: groupId === null ? await this.dms.sidesOf(conversationId) : [] };
  }

  /** Who wrote the message that is answered, if they may still read the answer. */
  async authorOf(answererId: UserId, id: MessageId): Promise<UserId | undefined> {
    try {
      const { message } = await this.history.get(answererId, id);
      const { groupId } = await this.conversations.get(message.conversationId);
      if (groupId !== null && !(await this.membership.isMember(groupId, message.senderId))) return undefined;
      return message.senderId;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }
}
