import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Clock } from '../../common/clock.js';
import type { Cancel } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { UserId } from '../../common/ids.js';
import { GroupMembership } from '../../groups/group-membership.js';
import { NotAdmitted } from '../../signaling/room-access.errors.js';
import type { CallConnection } from './call.context.js';
import type { CallMetadata } from './call.event-shapes.js';
import { groupOf } from './call.metadata.js';

/** While other nodes cannot tell of removals, Postgres is asked. */
const CHECK_MS = 3000;

/** Call rooms that are bound to a group (`metadata.groupId`) admit its members alone, and only while they are members. */
@Injectable()
export class CallGroups implements OnModuleInit, OnApplicationShutdown {
  /** Of this node, by socket id. */
  private readonly connections = new Map<string, CallConnection>();
  private stops: Cancel[] = [];

  constructor(
    private readonly membership: GroupMembership,
    private readonly events: DomainEvents,
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    const { backplane } = this.cluster;
    const check = () => {
      this.tasks.run('call group check', () => this.check(() => true));
    };
    this.stops = [
      this.events.on('group.member_removed', ({ groupId, userId }) =>
        this.check((connection, bound) => bound === groupId && connection.userId === userId),
      ),
      this.events.on('group.deleted', ({ groupId }) => this.check((_, bound) => bound === groupId)),
      backplane.on('restored', check),
      this.clock.every(CHECK_MS, () => {
        if (backplane.away) check();
      }),
    ];
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Returns its own undo. */
  watch(connection: CallConnection): Cancel {
    this.connections.set(connection.id, connection);
    return () => this.connections.delete(connection.id);
  }

  find(socketId: string): CallConnection | undefined {
    return this.connections.get(socketId);
  }

  /** @throws NotAdmitted */
  async requireMember(metadata: CallMetadata, userId: UserId): Promise<void> {
    const groupId = groupOf(metadata);
    if (groupId !== undefined && !(await this.membership.isMember(groupId, userId))) throw new NotAdmitted();
  }

  /** Sends out who is no member any more, of those whom `concerns` selects. */
  private async check(concerns: (connection: CallConnection, groupId: string) => boolean): Promise<void> {
    for (const connection of [...this.connections.values()]) {
      const { place } = connection.context;
      const groupId = place && groupOf(place.metadata);
      if (!place || groupId === undefined || !concerns(connection, groupId)) continue;
      try {
        await this.requireMember(place.metadata, connection.userId);
      } catch (error) {
        // While Postgres is away nothing can be said, which others tell.
        if (error instanceof Unavailable) return;
        if (!(error instanceof NotAdmitted)) throw error;
        await place.seat.leave({ how: 'clean' });
        place.removed('not a member of its group');
      }
    }
  }
}
