import type { Clock } from '../../common/clock.js';
import type { ConversationId } from '../../common/ids.js';
import type { Settings } from '../../config/settings.js';
import { toChannelMessage } from '../../messages/dto/message.dto.js';
import type { HistoryPage } from '../../messages/message-history.service.js';
import type { LogPosition, MessageState } from '../../messages/message.js';
import type { LiveRoster, Transition } from '../../presence/roster.js';
import type { Frame, FrameRun, WireEvent } from '../../realtime/wire.js';
import { ChangeFrames } from '../shared/change-frames.js';
import type { PresenceMode } from '../shared/conversation-context.js';
import type { ConversationDialect, PresenceDialect, Resume } from '../shared/conversation-dialect.js';
import { EncodeOnce } from '../shared/encode-once.js';
import type { ChannelSeat } from './channel.context.js';
import type * as shapes from './channel.event-shapes.js';
import { changeFrames, diffFrame, eachFrames, messageEvent, onlineUsersFrame } from './channel.events.js';

/** What the seats of all channels share: frames are encoded once for all who get the same. */
export class ChannelFrames {
  readonly changes = new ChangeFrames(changeFrames);
  readonly each = new EncodeOnce<readonly Transition[], FrameRun>();
  readonly diffs = new EncodeOnce<readonly Transition[], Frame | undefined>();
  readonly crowds = new EncodeOnce<LiveRoster, Frame>();

  constructor(
    readonly settings: Settings,
    readonly clock: Clock,
  ) {}
}

/** Says to one seat what happens in a channel (protocol section 2). */
export class ChannelDialect implements ConversationDialect {
  readonly presence: PresenceDialect | undefined;

  constructor(
    private readonly seat: ChannelSeat,
    private readonly frames: ChannelFrames,
  ) {
    const { channelId, request } = seat.context;
    this.presence = presenceOf(request.presence, channelId, frames);
  }

  get changes(): ChangeFrames {
    return this.frames.changes;
  }

  greeting(roster: LiveRoster): Frame {
    return onlineUsersFrame(this.channelId, roster);
  }

  connected({ lastSeq, epoch }: LogPosition): WireEvent {
    const { id, user } = this.seat;
    const { settings, clock } = this.frames;
    return {
      type: 'connected',
      connection_id: id,
      user_id: user.userId,
      username: user.username,
      channel_id: this.channelId,
      last_seq: lastSeq,
      epoch,
      heartbeat_interval_ms: settings.WS_HEARTBEAT_INTERVAL_MS,
      server_time: clock.date().toISOString(),
    } satisfies shapes.ChannelConnectedEvent;
  }

  history({ messages, hasMore }: HistoryPage): WireEvent {
    return {
      type: 'history',
      channel_id: this.channelId,
      messages: messages.map(toChannelMessage),
      has_more: hasMore,
    } satisfies shapes.ChannelHistoryEvent;
  }

  replayed(message: MessageState, isNew: boolean): WireEvent {
    return messageEvent(message, isNew);
  }

  resumed({ from, complete }: Resume, lastSeq: number): WireEvent {
    return {
      type: 'resumed',
      channel_id: this.channelId,
      from_seq: from,
      last_seq: lastSeq,
      complete,
    } satisfies shapes.ChannelResumedEvent;
  }

  private get channelId(): ConversationId {
    return this.seat.context.channelId;
  }
}

function presenceOf(mode: PresenceMode, channelId: ConversationId, frames: ChannelFrames): PresenceDialect | undefined {
  switch (mode) {
    case 'each':
      return new EachPresence(channelId, frames);
    case 'diff':
      return new DiffPresence(channelId, frames);
    case 'none':
      return undefined;
  }
}

class EachPresence implements PresenceDialect {
  constructor(
    private readonly channelId: ConversationId,
    private readonly frames: ChannelFrames,
  ) {}

  changed(transitions: readonly Transition[], from: number): Frame {
    return this.frames.each.of(transitions, (all) => eachFrames(this.channelId, all)).from(from);
  }

  crowd(roster: LiveRoster): Frame {
    return this.frames.crowds.of(roster, () => onlineUsersFrame(this.channelId, roster));
  }
}

class DiffPresence implements PresenceDialect {
  constructor(
    private readonly channelId: ConversationId,
    private readonly frames: ChannelFrames,
  ) {}

  changed(transitions: readonly Transition[], from: number): Frame | undefined {
    if (from > 0) return diffFrame(this.channelId, transitions.slice(from));
    return this.frames.diffs.of(transitions, (all) => diffFrame(this.channelId, all));
  }
}
