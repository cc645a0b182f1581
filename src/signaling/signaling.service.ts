import { Injectable } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import type { Json, Member } from '../cluster/cluster.js';
import type { Cancel } from '../common/clock.js';
import { Settings } from '../config/settings.js';
import type { ConnectionId, UserId } from '../common/ids.js';
import { PresenceService } from '../presence/presence.service.js';
import { Broadcaster } from '../realtime/broadcaster.js';
import type { WireEvent } from '../realtime/wire.js';
import { RoomFull, TargetNotFound } from './signaling.errors.js';

export interface Participant {
  userId: UserId;
  username: string;
  connectionId: ConnectionId;
  media: Json;
}

export interface PlacedParticipant extends Participant {
  /** Grows with each join: in a pair the higher one makes the first offer and is the polite one (section 5). */
  order: number;
}

export interface CallEntry {
  order: number;
  /** Those who were there before, by order. */
  others: PlacedParticipant[];
}

export interface CallChange {
  kind: 'joined' | 'left';
  participant: PlacedParticipant;
}

export interface Signal {
  from: ConnectionId;
  to: UserId;
  /** One connection of the target; without it (a client may say `null`), all of them. */
  toConnection?: ConnectionId | null | undefined;
  event: WireEvent;
}

/** WebRTC signaling inside a scope: the participants of its call, and signals to one user. Nothing is stored. */
@Injectable()
export class SignalingService {
  constructor(
    private readonly cluster: Cluster,
    private readonly presence: PresenceService,
    private readonly broadcaster: Broadcaster,
    private readonly settings: Settings,
  ) {}

  /**
   * Relays an event to all connections of the target user in the scope, or to the one named; never to the sender.
   * Signals of one sender to one target arrive in the order sent.
   *
   * @throws TargetNotFound when no such connection is online in the scope, on any node
   */
  signal(scope: string, { from, to, toConnection, event }: Signal): Promise<void> {
    const isTarget = (id: ConnectionId) => id !== from && (!toConnection || id === toConnection);
    if (!this.presence.connectionsOf(scope, to).some(isTarget)) {
      return Promise.reject(
        toConnection
          ? new TargetNotFound('target_connection_id', toConnection)
          : new TargetNotFound('target_user_id', to),
      );
    }
    return this.broadcaster.publish(scope, event, {
      userId: to,
      exceptConnectionId: from,
      ...(toConnection && { connectionId: toConnection }),
    });
  }

  /** @throws RoomFull at the limit; joining again changes the media and keeps the order */
  async joinCall(scope: string, { connectionId, userId, username, media }: Participant): Promise<CallEntry> {
    const outcome = await this.cluster.sets.join(callOf(scope), {
      member: connectionId,
      token: connectionId,
      data: { user_id: userId, username, media },
      limit: this.settings.ROOM_MAX_PARTICIPANTS,
    });
    if (outcome.status === 'full' || outcome.status === 'taken') throw new RoomFull();
    const others = outcome.members.filter(({ member }) => member !== connectionId).map(placed);
    return { order: outcome.order, others };
  }

  /**
   * Tells who joins the scope's call and who leaves it, on any node and however it ended, each once. One who joins again is
   * told of again: its media, or its place, may be others.
   */
  async watchCall(scope: string, listener: (change: CallChange) => void): Promise<Cancel> {
    const { stop } = await this.cluster.sets.watch(callOf(scope), ({ kind, entry }) => {
      if (kind !== 'leaving') listener({ kind: kind === 'left' ? 'left' : 'joined', participant: placed(entry) });
    });
    return stop;
  }

  /** False when it was not in the call. */
  leaveCall(scope: string, connectionId: ConnectionId): Promise<boolean> {
    return this.cluster.sets.leave(callOf(scope), connectionId, connectionId);
  }
}

function callOf(scope: string): string {
  return `call:${scope}`;
}

function placed({ member, order, data }: Member): PlacedParticipant {
  const { user_id, username, media } = data as { user_id: UserId; username: string; media: Json };
  return { userId: user_id, username, media, order, connectionId: member as ConnectionId };
}
