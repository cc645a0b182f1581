import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Ids, MessageId, UserId } from '../../common/ids.js';
import type { ConversationView } from '../../conversations/conversation.js';
import { DmsService } from '../../dms/dms.service.js';
import { GroupMembership } from '../../groups/group-membership.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageDraft } from '../message.js';
import type { NewMessage } from '../persistence/message.repository.js';
import { mentionCandidates } from './mentions.js';

/** Makes of a draft the message that takes the next number of a log. */
@Injectable()
export class MessageComposer {
  constructor(
    private readonly membership: GroupMembership,
    private readonly dms: DmsService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async compose(
    tx: Tx,
    conversation: ConversationView,
    { senderId, draft }: { senderId: UserId; draft: MessageDraft },
  ): Promise<NewMessage> {
    const seq = conversation.lastSeq + 1;
    const state = {
      id: this.ids.next<MessageId>(),
      conversationId: conversation.id,
      seq,
      rev: seq,
      kind: 'message' as const,
      senderId,
      content: draft.content,
      nonce: draft.nonce ?? null,
      replyToId: null,
      mentions: await this.mentioned(tx, conversation, { senderId, content: draft.content }),
      pinned: false,
      createdAt: this.clock.date().toISOString(),
      editedAt: null,
      deletedAt: null,
    };
    return { state, draftHash: draft.nonce === undefined ? null : hashOf(draft) };
  }

  /** Members of the channel's group, or the other side of a direct conversation. */
  private async mentioned(
    tx: Tx,
    { id, groupId }: ConversationView,
    { senderId, content }: { senderId: UserId; content: string },
  ): Promise<UserId[]> {
    const names = mentionCandidates(content);
    if (names.length === 0) return [];
    if (groupId !== null) {
      const members = await this.membership.membersAmong(groupId, names, tx);
      return members.map(({ userId }) => userId);
    }
    const other = await this.dms.findOther(tx, id, senderId);
    return other && names.includes(other.otherUsername) ? [other.otherUserId] : [];
  }
}

/** What makes two drafts the same: kept as first sent, so that a later edit does not turn a retry into a conflict. */
export function hashOf({ content }: MessageDraft): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([content]))
    .digest();
}
