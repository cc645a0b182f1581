import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { toChannelDto } from '../../channels/dto/channel.dto.js';
import { ChannelsService } from '../../channels/channels.service.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import type { Cancel } from '../../common/clock.js';
import { NotFound, Unavailable } from '../../common/domain-error.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { encodeFrame } from '../../realtime/wire.js';
import type { WireEvent } from '../../realtime/wire.js';
import { UsersService } from '../../users/users.service.js';
import { UserDevices } from './user.devices.js';
import type * as shapes from './user.push-shapes.js';

interface Member {
  groupId: GroupId;
  userId: UserId;
}

/**
 * Tells the devices of this node of the people and channels of their users' groups. Who is a member is asked anew before
 * anything goes out, in one query for all of them.
 */
@Injectable()
export class UserCommunity implements OnModuleInit, OnApplicationShutdown {
  private stops: Cancel[] = [];

  constructor(
    private readonly events: DomainEvents,
    private readonly devices: UserDevices,
    private readonly membership: GroupMembership,
    private readonly channels: ChannelsService,
    private readonly users: UsersService,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.stops = [
      this.events.on('group.member_joined', (member) => {
        this.later(() => this.joined(member));
      }),
      this.events.on('group.member_removed', (member) => {
        this.left(member);
      }),
      this.events.on('group.member_role_changed', (member) => {
        this.later(() => this.tellOfMember('member_updated', member));
      }),
      this.events.on('group.deleted', ({ groupId }) => {
        for (const userId of this.devices.usersIn(groupId)) this.removed({ groupId, userId });
      }),
      this.events.on('group.updated', ({ groupId }) => {
        this.later(() =>
          this.tell(groupId, () => ({ type: 'group_updated', group_id: groupId }) satisfies shapes.GroupUpdatedEvent),
        );
      }),
      this.events.on('channel.created', ({ groupId, conversationId }) => {
        this.later(() => this.tellOfChannel('channel_created', groupId, conversationId));
      }),
      this.events.on('channel.updated', ({ groupId, conversationId }) => {
        this.later(() => this.tellOfChannel('channel_updated', groupId, conversationId));
      }),
      this.events.on('channel.deleted', ({ groupId, conversationId }) => {
        const event = { type: 'channel_deleted' as const, group_id: groupId, channel_id: conversationId };
        this.later(() => this.tell(groupId, () => event satisfies shapes.ChannelDeletedEvent));
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  private async joined(member: Member): Promise<void> {
    await this.devices.joined(member.groupId, member.userId);
    this.notify('group_added', member);
    await this.tellOfMember('member_joined', member);
  }

  private left(member: Member): void {
    this.removed(member);
    const event = { type: 'member_left' as const, group_id: member.groupId, user_id: member.userId };
    this.later(() => this.tell(member.groupId, () => event satisfies shapes.MemberLeftEvent));
  }

  private removed(member: Member): void {
    this.devices.left(member.groupId, member.userId);
    this.notify('group_removed', member);
  }

  private notify(kind: 'group_added' | 'group_removed', { groupId, userId }: Member): void {
    for (const device of this.devices.devicesOf(userId)) device.send({ type: 'notification', kind, group_id: groupId });
  }

  private tellOfMember(type: 'member_joined' | 'member_updated', { groupId, userId }: Member): Promise<void> {
    return this.tell(groupId, async () => {
      const [role, user] = await Promise.all([this.membership.roleOf(groupId, userId), this.users.findById(userId)]);
      if (role === undefined || user === undefined) return undefined;
      return { type, group_id: groupId, user_id: userId, username: user.username, role } satisfies
        shapes.MemberJoinedEvent | shapes.MemberUpdatedEvent;
    });
  }

  private tellOfChannel(
    type: 'channel_created' | 'channel_updated',
    groupId: GroupId,
    channelId: ConversationId,
  ): Promise<void> {
    return this.tell(groupId, async (reader) => {
      const channel = toChannelDto(await this.channels.get(reader, channelId));
      return { type, group_id: groupId, channel } satisfies shapes.ChannelCreatedEvent | shapes.ChannelUpdatedEvent;
    });
  }

  /** To those alone who are members now. `eventOf` gets one of them: what it reads, it may read. */
  private async tell(
    groupId: GroupId,
    eventOf: (reader: UserId) => WireEvent | undefined | Promise<WireEvent | undefined>,
  ): Promise<void> {
    const asked = this.devices.usersIn(groupId).map((userId) => ({ groupId, userId }));
    if (asked.length === 0) return;
    const members = await this.membership.listAmong(asked);
    const [first] = members;
    const event = first && (await eventOf(first.userId));
    if (event === undefined) return;
    const frame = encodeFrame(event);
    for (const { userId } of members) for (const device of this.devices.devicesOf(userId)) device.sendFrame(frame);
  }

  /** Nobody who changes something waits for who is told of it. */
  private later(task: () => Promise<void>): void {
    this.tasks.run('tell of a group', async () => {
      try {
        await task();
      } catch (error) {
        if (!(error instanceof NotFound) && !(error instanceof Unavailable)) throw error;
      }
    });
  }
}
