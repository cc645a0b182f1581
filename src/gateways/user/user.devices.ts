import { BeforeApplicationShutdown, Injectable, OnModuleInit } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { PacedNews } from '../../common/paced-news.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { activityTopic, userTopic } from '../../notifications/user-topics.js';
import { Broadcaster } from '../../realtime/broadcaster.js';
import { encodeFrame } from '../../realtime/wire.js';
import type { Shape } from '../../realtime/wire.js';
import type { UserConnection } from './user.context.js';
import type { ActivityEvent, ResyncEvent } from './user.push-shapes.js';

/** A user with devices on this node. */
interface Here {
  devices: Set<UserConnection>;
  groups: Set<GroupId>;
  /** Resolves once the groups are known, and their news arrives. */
  ready: Promise<void>;
}

/** A group with members who have devices on this node. */
interface GroupHere {
  users: Set<UserId>;
  subscription: Promise<Cancel>;
}

/**
 * The user sockets of this node, by user and by group: who is told what. A user's groups are read when the first device comes,
 * and again when something may have been missed.
 */
@Injectable()
export class UserDevices implements OnModuleInit, BeforeApplicationShutdown {
  private readonly users = new Map<UserId, Here>();
  private readonly groups = new Map<GroupId, GroupHere>();
  private readonly activity: PacedNews<ConversationId, { groupId: GroupId; lastSeq: number }>;
  private stop: Cancel = () => undefined;

  constructor(
    private readonly membership: GroupMembership,
    private readonly broadcaster: Broadcaster,
    private readonly cluster: Cluster,
    private readonly tasks: BackgroundTasks,
    clock: Clock,
  ) {
    this.activity = new PacedNews(clock, (news) => {
      for (const [id, { groupId, lastSeq }] of news) this.tellActivity(id, groupId, lastSeq);
    });
  }

  onModuleInit(): void {
    this.stop = this.cluster.backplane.on('restored', () => {
      this.tasks.run('resync devices', () => this.resync());
    });
  }

  beforeApplicationShutdown(): void {
    this.stop();
    this.activity.stop();
  }

  /** Resolves once the device gets what is pushed to its user, by any node. */
  async attach(connection: UserConnection): Promise<void> {
    const { userId, context } = connection;
    const here = this.users.get(userId) ?? this.open(userId);
    here.devices.add(connection);
    context.leaveUser = await this.broadcaster.join(userTopic(userId), connection);
    await here.ready;
  }

  /** However far its attachment came. */
  detach(connection: UserConnection): void {
    const { userId, context } = connection;
    context.leaveUser?.();
    const here = this.users.get(userId);
    here?.devices.delete(connection);
    if (here?.devices.size !== 0) return;
    this.users.delete(userId);
    for (const groupId of here.groups) this.leave(groupId, userId);
  }

  devicesOf(userId: UserId): Iterable<UserConnection> {
    return this.users.get(userId)?.devices ?? [];
  }

  /** Who has devices here and is a member, as far as this node was told. */
  usersIn(groupId: GroupId): readonly UserId[] {
    return [...(this.groups.get(groupId)?.users ?? [])];
  }

  async joined(groupId: GroupId, userId: UserId): Promise<void> {
    const here = this.users.get(userId);
    if (here) await this.enter(groupId, userId, here);
  }

  left(groupId: GroupId, userId: UserId): void {
    if (this.users.get(userId)?.groups.delete(groupId)) this.leave(groupId, userId);
  }

  private open(userId: UserId): Here {
    const here: Here = { devices: new Set(), groups: new Set(), ready: Promise.resolve() };
    this.users.set(userId, here);
    here.ready = this.readGroups(userId, here);
    here.ready.catch(() => {
      // Whoever comes next tries anew.
      if (this.users.get(userId) === here && here.groups.size === 0) this.users.delete(userId);
    });
    return here;
  }

  private async readGroups(userId: UserId, here: Here): Promise<void> {
    const ids = new Set(await this.membership.groupsOf(userId));
    for (const groupId of here.groups) if (!ids.has(groupId)) this.left(groupId, userId);
    await Promise.all([...ids].map((groupId) => this.enter(groupId, userId, here)));
  }

  private async enter(groupId: GroupId, userId: UserId, here: Here): Promise<void> {
    // Whoever has gone meanwhile leaves nothing behind.
    if (this.users.get(userId) !== here) return;
    here.groups.add(groupId);
    const group = this.groups.get(groupId) ?? this.listen(groupId);
    group.users.add(userId);
    await group.subscription;
  }

  private listen(groupId: GroupId): GroupHere {
    const subscription = this.cluster.topics.subscribe(activityTopic(groupId), (heads) => {
      for (const [id, lastSeq] of heads as [ConversationId, number][]) this.activity.add(id, { groupId, lastSeq });
    });
    const group = { users: new Set<UserId>(), subscription };
    this.groups.set(groupId, group);
    return group;
  }

  private leave(groupId: GroupId, userId: UserId): void {
    const group = this.groups.get(groupId);
    group?.users.delete(userId);
    if (group?.users.size !== 0) return;
    this.groups.delete(groupId);
    group.subscription.then(
      (cancel) => {
        cancel();
      },
      () => undefined,
    );
  }

  private tellActivity(id: ConversationId, groupId: GroupId, lastSeq: number): void {
    const users = this.groups.get(groupId)?.users;
    if (users === undefined) return;
    const event: Shape<ActivityEvent> = { type: 'activity', conversation_id: id, last_seq: lastSeq };
    const frame = encodeFrame(event);
    for (const userId of users)
      for (const device of this.devicesOf(userId))
        if (!device.context.channels.has(id)) device.sendFrame(frame, 'volatile');
  }

  /** Pushes may have been lost: every device loads anew, and the groups of its user are read again. */
  async resync(): Promise<void> {
    const event: Shape<ResyncEvent> = { type: 'resync', scope: 'all' };
    const frame = encodeFrame(event);
    for (const [userId, here] of [...this.users]) {
      await this.readGroups(userId, here);
      for (const device of here.devices) device.sendFrame(frame);
    }
  }
}
