import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { ConversationId, GroupId, Ids } from '../common/ids.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import type { ConversationHead, ConversationKind, ConversationView } from './conversation.js';
import { ConversationNotFound } from './conversations.errors.js';
import { ConversationRepository } from './persistence/conversation.repository.js';
import type { Conversation } from './persistence/conversation.entity.js';

export interface NewConversation {
  kind: ConversationKind;
  /** The group of a channel; a DM has none. */
  groupId?: GroupId;
}

/** The logs themselves: what a channel and a DM have in common (protocol section 2.1). */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly transactions: TransactionRunner,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async create(tx: Tx, { kind, groupId }: NewConversation): Promise<ConversationView> {
    const view = {
      id: this.ids.next<ConversationId>(),
      kind,
      groupId: groupId ?? null,
      lastSeq: 0,
      membershipVersion: 0,
    };
    await this.conversations.insert(tx, { ...view, createdAt: this.clock.date() });
    return view;
  }

  /** @throws ConversationNotFound */
  async get(id: ConversationId, tx?: Tx): Promise<ConversationView> {
    return viewOrThrow(await this.find(id, tx));
  }

  /** The log's position, read fresh from Postgres; undefined when the conversation is gone. */
  async findHead(id: ConversationId): Promise<ConversationHead | undefined> {
    const [head] = await this.conversations.heads([id]);
    return head && { lastSeq: head.lastSeq, membershipVersion: head.membershipVersion };
  }

  /** The positions of many logs at once; one that is gone is missing. */
  heads(ids: readonly ConversationId[]): Promise<(ConversationHead & { id: ConversationId })[]> {
    return this.conversations.heads(ids);
  }

  /** Deletes the log with its messages, and the channel or DM that it belongs to; false when it was gone already. */
  delete(tx: Tx, id: ConversationId): Promise<boolean> {
    return this.conversations.delete(tx, id);
  }

  private find(id: ConversationId, tx?: Tx): Promise<Conversation | null> {
    const read = (from: Tx) => this.conversations.find(from, id);
    return tx ? read(tx) : this.transactions.read(read);
  }
}

function viewOrThrow(found: Conversation | null): ConversationView {
  if (!found) throw new ConversationNotFound();
  const { id, kind, groupId, lastSeq, membershipVersion } = found;
  return { id, kind, groupId, lastSeq, membershipVersion };
}
