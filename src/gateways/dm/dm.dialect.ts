import type { Clock } from '../../common/clock.js';
import type { UserId } from '../../common/ids.js';
import type { Settings } from '../../config/settings.js';
import type { DmView } from '../../dms/dm.js';
import { toDmMessage } from '../../messages/dto/message.dto.js';
import type { HistoryPage } from '../../messages/message-history.service.js';
import type { Change, LogPosition, MessageState } from '../../messages/message.js';
import type { Roster, Transition } from '../../presence/roster.js';
import { encodeFrame, FrameRun } from '../../realtime/wire.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import { ChangeFrames } from '../shared/change-frames.js';
import type { ConversationDialect, PresenceDialect, Resume } from '../shared/conversation-dialect.js';
import type { DmSeat } from './dm.context.js';
import type * as shapes from './dm.event-shapes.js';
import { messageEvent, onlineEvent, presenceFrame } from './dm.events.js';

/** Says to one seat what happens in a direct conversation (protocol section 3). */
export class DmDialect implements ConversationDialect {
  readonly presence: PresenceDialect | undefined;
  private readonly sides: readonly UserId[];
  readonly changes = new ChangeFrames((run) => this.framesOf(run));

  constructor(
    private readonly seat: DmSeat,
    private readonly dm: DmView,
    private readonly services: { settings: Settings; clock: Clock },
  ) {
    this.sides = [seat.userId, dm.otherUserId];
    this.presence = seat.context.request.presence === 'none' ? undefined : new DmPresence(dm);
  }

  greeting({ users }: Roster): Frame | undefined {
    const other = users.find(({ userId }) => userId === this.dm.otherUserId);
    return other && encodeFrame(onlineEvent(this.dm.conversationId, other));
  }

  connected({ lastSeq, epoch }: LogPosition, { users, stale }: Roster): WireEvent {
    const { id, user } = this.seat;
    const { conversationId, otherUserId, otherUsername } = this.dm;
    const { settings, clock } = this.services;
    return {
      type: 'connected',
      connection_id: id,
      user_id: user.userId,
      username: user.username,
      conversation_id: conversationId,
      other_user_id: otherUserId,
      other_username: otherUsername,
      other_user_online: users.some(({ userId }) => userId === otherUserId),
      last_seq: lastSeq,
      epoch,
      heartbeat_interval_ms: settings.WS_HEARTBEAT_INTERVAL_MS,
      server_time: clock.date().toISOString(),
      ...(stale && { stale }),
    } satisfies shapes.DmConnectedEvent;
  }

  history({ messages, hasMore }: HistoryPage): WireEvent {
    return {
      type: 'history',
      conversation_id: this.dm.conversationId,
      messages: messages.map((message) => toDmMessage(message, this.sides)),
      has_more: hasMore,
    } satisfies shapes.DmHistoryEvent;
  }

  replayed(message: MessageState, isNew: boolean): WireEvent {
    return messageEvent(message, this.sides, isNew);
  }

  resumed({ from, complete }: Resume, lastSeq: number): WireEvent {
    return {
      type: 'resumed',
      conversation_id: this.dm.conversationId,
      from_seq: from,
      last_seq: lastSeq,
      complete,
    } satisfies shapes.DmResumedEvent;
  }

  private framesOf(run: readonly Change[]): FrameRun {
    return new FrameRun(
      run.map(({ rev, message }) => encodeFrame(messageEvent(message, this.sides, rev === message.seq))),
    );
  }
}

class DmPresence implements PresenceDialect {
  constructor(private readonly dm: DmView) {}

  changed(transitions: readonly Transition[], from: number): Frame {
    return presenceFrame(this.dm.conversationId, transitions.slice(from));
  }
}
