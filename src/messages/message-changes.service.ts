import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { ValidationFailed } from '../common/domain-error.js';
import type { UserId } from '../common/ids.js';
import { isAtLeast } from '../groups/role.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { ConversationFeed } from './conversation-feed.js';
import { emojiOf } from './internal/emoji.js';
import { mentionCandidates } from './internal/mentions.js';
import { countOf, withoutReaction, withReaction } from './internal/reaction-counts.js';
import { NONE } from './message.js';
import type { Change, ChangeCause, MessageState, MessageTarget } from './message.js';
import { Blocked, MessageNotFound, NotAModerator, NotTheSender, TooManyPins } from './messages.errors.js';
import { MentionCounts } from './persistence/mention-counts.js';
import { MessageChangeRepository } from './persistence/message-change.repository.js';
import type { HeldMessage, MessagePatch } from './persistence/message-change.repository.js';
import { ReactionRepository } from './persistence/reaction.repository.js';

const MOST_PINS = 50;

/** What a change sets, and what it is called; undefined: there is nothing to change. */
type Changing = { patch: MessagePatch; cause: ChangeCause } | undefined;
type Step = (tx: Tx, held: HeldMessage, now: Date) => Promise<Changing>;

/**
 * Changes of messages that exist (protocol section 2.1): each takes the next number of its log, and is told to everyone
 * after the commit. What changes nothing takes no number, and is answered with the message as it is. All of them
 * @throws MessageNotFound, also for those who may not read it, for one of another conversation, and for a deleted one
 */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly messages: MessageChangeRepository,
    private readonly reactions: ReactionRepository,
    private readonly mentions: MentionCounts,
    private readonly transactions: TransactionRunner,
    private readonly feed: ConversationFeed,
    private readonly clock: Clock,
  ) {}

  /** @throws NotTheSender, Blocked, ValidationFailed where nothing would be left of the message */
  edit(userId: UserId, target: MessageTarget, text: string): Promise<Change> {
    const content = text.trim();
    return this.change(userId, target, async (tx, held, now) => {
      const message = undeleted(held);
      if (message.senderId !== userId || message.kind !== 'message') throw new NotTheSender();
      requireNoBlock(held);
      if (content === '' && message.attachments.length === 0) throw new EmptyMessage();
      if (content === message.content) return undefined;
      const mentions = await this.messages.mentioned(tx, message, mentionCandidates(content));
      await this.mentions.change(tx, message, mentions);
      await this.messages.keepEdit(tx, message, now);
      return { patch: { content, mentions, editedAt: now.toISOString() }, cause: { kind: 'edited', by: userId } };
    });
  }

  /** Who sent it may, and moderators and up. A deleted message keeps its place, and nothing else. @throws NotAModerator */
  delete(userId: UserId, target: MessageTarget): Promise<Change> {
    return this.change(userId, target, async (tx, held, now) => {
      const { message } = held;
      if (message.senderId !== userId) requireModerator(held);
      if (message.deletedAt !== null) return undefined;
      await this.mentions.change(tx, message, NONE);
      await this.messages.strip(tx, message.id);
      const patch = { ...STRIPPED, deletedAt: now.toISOString(), deletedBy: userId };
      return { patch, cause: { kind: 'deleted', by: userId } };
    });
  }

  /** @throws ValidationFailed for what is no emoji, TooManyReactions, Blocked */
  react(userId: UserId, target: MessageTarget, text: string): Promise<Change> {
    const emoji = emojiOf(text);
    return this.change(userId, target, async (tx, held, now) => {
      const { id: messageId, reactions } = undeleted(held);
      requireNoBlock(held);
      if (!(await this.reactions.insert(tx, { messageId, userId, emoji }, now))) return undefined;
      const counts = withReaction(reactions, emoji);
      return {
        patch: { reactions: counts },
        cause: reactionCause('reaction_added', userId, held, emoji, countOf(counts, emoji)),
      };
    });
  }

  /** Takes one's own reaction back. @throws ValidationFailed for what is no emoji */
  unreact(userId: UserId, target: MessageTarget, text: string): Promise<Change> {
    const emoji = emojiOf(text);
    return this.change(userId, target, async (tx, held) => {
      const { id: messageId, reactions } = undeleted(held);
      if (!(await this.reactions.delete(tx, { messageId, userId, emoji }))) return undefined;
      const counts = withoutReaction(reactions, emoji);
      return {
        patch: { reactions: counts },
        cause: reactionCause('reaction_removed', userId, held, emoji, countOf(counts, emoji)),
      };
    });
  }

  /** Moderators and up may, and either side of a direct conversation. @throws NotAModerator, TooManyPins */
  pin(userId: UserId, target: MessageTarget): Promise<Change> {
    return this.change(userId, target, async (tx, held) => {
      const message = undeleted(held);
      if (held.role !== undefined) requireModerator(held);
      if (message.pinned) return undefined;
      if ((await this.messages.countPins(tx, message.conversationId)) >= MOST_PINS) throw new TooManyPins(MOST_PINS);
      return { patch: { pinned: true }, cause: { kind: 'pinned', by: userId } };
    });
  }

  /** As `pin`. @throws NotAModerator */
  unpin(userId: UserId, target: MessageTarget): Promise<Change> {
    return this.change(userId, target, (_, held) => {
      const message = undeleted(held);
      if (held.role !== undefined) requireModerator(held);
      return Promise.resolve(
        message.pinned ? { patch: { pinned: false }, cause: { kind: 'unpinned', by: userId } } : undefined,
      );
    });
  }

  private async change(userId: UserId, target: MessageTarget, step: Step): Promise<Change> {
    const change = await this.transactions.run(async (tx): Promise<Change> => {
      const held = await this.messages.hold(tx, userId, target);
      if (held === undefined) throw new MessageNotFound();
      const { message, membershipVersion } = held;
      const now = this.clock.date();
      const changing = await step(tx, held, now);
      if (changing === undefined) return { rev: message.rev, membershipVersion, message };
      const rev = held.lastSeq + 1;
      const changed = patched(message, changing.patch, rev);
      await this.messages.store(tx, changed, changing.patch, now);
      return { rev, membershipVersion, message: changed, cause: changing.cause };
    });
    if (change.cause) this.feed.announce(change.message.conversationId, [change]);
    return change;
  }
}

function patched({ call, ...message }: MessageState, patch: MessagePatch, rev: number): MessageState {
  return { ...message, ...patch, rev, ...(call && !patch.deletedAt && { call }) };
}

/** What is left of a deleted message. */
const STRIPPED = {
  content: '',
  mentions: [],
  attachments: NONE,
  reactions: NONE,
  pinned: false,
  editedAt: null,
};

class EmptyMessage extends ValidationFailed {
  constructor() {
    super([{ field: 'content', problems: ['must be 1 to 4000 characters long'] }]);
  }
}

function undeleted({ message }: HeldMessage): HeldMessage['message'] {
  if (message.deletedAt !== null) throw new MessageNotFound();
  return message;
}

function requireNoBlock({ blocked }: HeldMessage): void {
  if (blocked) throw new Blocked();
}

/** Nobody is one in a direct conversation. */
function requireModerator({ role }: HeldMessage): void {
  if (role === undefined || !isAtLeast(role, 'moderator')) throw new NotAModerator();
}

function reactionCause(
  kind: 'reaction_added' | 'reaction_removed',
  by: UserId,
  { username }: HeldMessage,
  emoji: string,
  count: number,
): ChangeCause {
  return { kind, by, username, emoji, count };
}
