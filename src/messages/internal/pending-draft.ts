import { hash } from 'node:crypto';
import type { ConversationKind } from '../../conversations/conversation.js';
import type { ConversationId, MessageId, UserId } from '../../common/ids.js';
import { NONE } from '../message.js';
import type { MessageDraft, MessageState, Sent } from '../message.js';
import type { Appendable, StoredDetails } from '../persistence/log-append.js';
import { mentionCandidates } from './mentions.js';

/** A draft with its sender and its log; content and nonce are trimmed. */
export interface Submission {
  senderId: UserId;
  conversationId: ConversationId;
  /** Where the caller names a channel or a DM: a log of the other kind is not there for it. */
  kind?: ConversationKind;
  draft: MessageDraft;
}

interface Waiter {
  /** When it was accepted. */
  since: number;
  resolve: (sent: Sent) => void;
  reject: (reason: unknown) => void;
}

/** A submission that waits to be committed, and its sender's promise. */
export type PendingDraft = Appendable & Waiter;

export function pendingDraft(
  id: MessageId,
  { senderId, conversationId, kind, draft }: Submission,
  { since, resolve, reject }: Waiter,
): PendingDraft {
  const { content, nonce, replyToId, attachmentIds = NONE } = draft;
  const names = content.includes('@') ? mentionCandidates(content) : [];
  return {
    id,
    conversationId,
    senderId,
    content,
    expectedKind: kind,
    nonce,
    draftHash: nonce === undefined ? undefined : hashOf(draft),
    mentionedNames: names.length === 0 ? undefined : names.join(' '),
    replyToId,
    attachmentIds: attachmentIds.length === 0 ? undefined : attachmentIds,
    since,
    resolve,
    reject,
  };
}

/** The message that a draft has become. */
export function messageOf(
  { id, conversationId, senderId, content, nonce, replyToId }: Appendable,
  createdAt: string,
  { seq, senderUsername, mentions, attachments }: StoredDetails,
): MessageState {
  return {
    id,
    conversationId,
    seq,
    rev: seq,
    kind: 'message',
    senderId,
    senderUsername,
    content,
    nonce: nonce ?? null,
    replyToId: replyToId ?? null,
    mentions,
    attachments,
    reactions: NONE,
    pinned: false,
    createdAt,
    editedAt: null,
    deletedAt: null,
    deletedBy: null,
  };
}

/** What makes two drafts the same: kept as first sent, so that a later edit does not turn a retry into a conflict. */
function hashOf({ content, replyToId, attachmentIds = NONE }: MessageDraft): string {
  const plain = replyToId === undefined && attachmentIds.length === 0;
  return hash('sha256', JSON.stringify(plain ? [content] : [content, replyToId ?? null, attachmentIds]));
}
