import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainEvents } from '../common/domain-events.js';
import type { ConversationId, GroupId, UserId } from '../common/ids.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { GroupMembership } from '../groups/group-membership.js';
import type { AuditDetails } from '../groups/audit-entry.js';
import { AuditLog } from '../groups/audit-log.service.js';
import { leastRole } from '../groups/permissions.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import type { ChannelType } from './channel-type.js';
import type { ChannelPage, ChannelView } from './channel.js';
import { ChannelNotFound } from './channels.errors.js';
import { ChannelRepository } from './persistence/channel.repository.js';

export interface ChannelDraft {
  name: string;
  type?: ChannelType | undefined;
  topic?: string | undefined;
  slowModeS?: number | undefined;
}

export interface ChannelChanges extends Partial<Omit<ChannelDraft, 'type'>> {
  /** The place among the group's channels, from 0; the others make room. */
  position?: number | undefined;
}

/** Channels of groups: members see them, admins and up make, change and delete them (protocol section 8). */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly channels: ChannelRepository,
    private readonly conversations: ConversationsService,
    private readonly membership: GroupMembership,
    private readonly audit: AuditLog,
    private readonly transactions: TransactionRunner,
    private readonly events: DomainEvents,
    private readonly clock: Clock,
  ) {}

  /** Of type TEXT unless told otherwise. */
  async create(userId: UserId, groupId: GroupId, draft: ChannelDraft): Promise<ChannelView> {
    const channel = await this.transactions.run(async (tx) => {
      await this.membership.holdRole(tx, { groupId, userId, least: leastRole('manage_channels') });
      const { id } = await this.conversations.create(tx, { kind: 'channel', groupId });
      const now = this.clock.date();
      await this.channels.insert(tx, {
        id,
        groupId,
        name: draft.name.trim(),
        type: draft.type ?? 'TEXT',
        topic: (draft.topic ?? '').trim(),
        slowModeS: draft.slowModeS ?? 0,
        createdAt: now,
        updatedAt: now,
      });
      const details = { name: draft.name.trim(), type: draft.type ?? 'TEXT' };
      await this.audit.note(tx, { groupId, actorId: userId, action: 'channel_created', targetId: id, details });
      return this.view(tx, id, userId);
    });
    await this.events.publish('channel.created', { groupId, conversationId: channel.id });
    return channel;
  }

  /** In their order. */
  async list(userId: UserId, groupId: GroupId, page: ChannelPage): Promise<ChannelView[]> {
    await this.membership.requireMember(groupId, userId);
    return this.transactions.read((tx) => this.channels.listForMember(tx, { groupId, userId, ...page }));
  }

  /** The ids of all of them, in no order. @throws GroupNotFound for a stranger too */
  async listIds(userId: UserId, groupId: GroupId): Promise<ConversationId[]> {
    await this.membership.requireMember(groupId, userId);
    return this.transactions.read((tx) => this.channels.listIds(tx, groupId));
  }

  /** @throws ChannelNotFound for those who are no members of its group too */
  get(userId: UserId, channelId: ConversationId): Promise<ChannelView> {
    return this.transactions.read((tx) => this.view(tx, channelId, userId));
  }

  /** Undefined when there is no such channel, or the user is no member of its group. Many who ask at once share a query. */
  findTypeForMember(channelId: ConversationId, userId: UserId): Promise<ChannelType | undefined> {
    return this.channels.findTypeForMember(channelId, userId);
  }

  /** Changes what is given and leaves the rest; the type stays what it was made as. */
  async update(userId: UserId, channelId: ConversationId, changes: ChannelChanges): Promise<ChannelView> {
    const { position } = changes;
    const channel = await this.transactions.run(async (tx) => {
      const { groupId } = await this.holdForAdmin(tx, channelId, userId);
      const details = {
        ...(changes.name === undefined ? {} : { name: changes.name.trim() }),
        ...(changes.topic === undefined ? {} : { topic: changes.topic.trim() }),
        ...(changes.slowModeS === undefined ? {} : { slowModeS: changes.slowModeS }),
      };
      // First of all, because it locks all of the group's channels in an order.
      if (position !== undefined) await this.channels.move(tx, groupId, channelId, position);
      await this.channels.update(tx, channelId, { ...details, updatedAt: this.clock.date() });
      await this.audit.note(tx, {
        ...{ groupId, actorId: userId, action: 'channel_updated', targetId: channelId },
        details: wireNames(changes),
      });
      return this.view(tx, channelId, userId);
    });
    const { groupId } = channel;
    await this.events.publish('channel.updated', { groupId, conversationId: channelId });
    // The others have made room.
    if (position !== undefined) await this.events.publish('group.updated', { groupId });
    return channel;
  }

  /** Deletes the channel with its messages. Resolves when its sockets are closed. */
  async delete(userId: UserId, channelId: ConversationId): Promise<void> {
    const groupId = await this.transactions.run(async (tx) => {
      const channel = await this.holdForAdmin(tx, channelId, userId);
      if (!(await this.conversations.delete(tx, channelId))) throw new ChannelNotFound();
      const { groupId, name } = channel;
      const note = { groupId, actorId: userId, targetId: channelId, details: { name } };
      await this.audit.note(tx, { ...note, action: 'channel_deleted' });
      return groupId;
    });
    await this.events.publish('channel.deleted', { groupId, conversationId: channelId });
  }

  private async holdForAdmin(tx: Tx, channelId: ConversationId, userId: UserId): Promise<ChannelView> {
    const channel = await this.view(tx, channelId, userId);
    await this.membership.holdRole(tx, { groupId: channel.groupId, userId, least: leastRole('manage_channels') });
    return channel;
  }

  private async view(tx: Tx, channelId: ConversationId, userId: UserId): Promise<ChannelView> {
    const channel = await this.channels.findForMember(tx, channelId, userId);
    if (!channel) throw new ChannelNotFound();
    return channel;
  }
}

/** What was asked for, as the audit log shows it. */
function wireNames({ name, topic, slowModeS, position }: ChannelChanges): AuditDetails {
  const named = { name: name?.trim(), topic: topic?.trim(), slow_mode_s: slowModeS, position };
  return Object.fromEntries(
    Object.entries(named).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
