import type { HistoryPage } from '../../messages/message-history.service.js';
import type { LogPosition, MessageState } from '../../messages/message.js';
import type { LiveRoster, Transition } from '../../presence/roster.js';
import type { Frame, WireEvent } from '../../realtime/wire.js';
import type { ChangeFrames } from './change-frames.js';

export interface Resume {
  from: number;
  complete: boolean;
}

/** How a gateway says what happens in a conversation: its event and field names. */
export interface ConversationDialect {
  /** What comes before `connected`; none when there is nothing to say. */
  greeting(roster: LiveRoster): Frame | undefined;
  connected(position: LogPosition, roster: LiveRoster): WireEvent;
  history(page: HistoryPage): WireEvent;
  /** `isNew`: the client cannot have seen it. */
  replayed(message: MessageState, isNew: boolean): WireEvent;
  resumed(resume: Resume, lastSeq: number): WireEvent;
  /** What happens from now on; shared by all who get the same frames. */
  readonly changes: ChangeFrames;
  /** What a client gets of arrivals and departures; without it: nothing. */
  readonly presence: PresenceDialect | undefined;
}

export interface PresenceDialect {
  /** The transitions from this index on, encoded once for all who get the same array; undefined: nothing. */
  changed(transitions: readonly Transition[], from: number): Frame | undefined;
  /** What it gets in place of them in a crowd; without it they go on. */
  crowd?(roster: LiveRoster): Frame | undefined;
}
