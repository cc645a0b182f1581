import type { Shape, WireEvent } from '../../realtime/wire.js';
import type { MeetingState } from '../../signaling/meeting-state.js';
import type { RoomParticipant } from '../../signaling/room-seat.js';
import type {
  MeetingChatDisabledEvent,
  MeetingChatEnabledEvent,
  MeetingHandLoweredEvent,
  MeetingHandRaisedEvent,
  MeetingLockedEvent,
  MeetingMediaEvent,
  MeetingPeerJoinedEvent,
  MeetingPeerLeftEvent,
  MeetingScreenStartedEvent,
  MeetingScreenStoppedEvent,
  MeetingUnlockedEvent,
} from './meeting.event-shapes.js';
import type { MeetingPeerFields } from './meeting.peer-shapes.js';
import { dataOf } from './meeting.peer-data.js';
import type { PeerData } from './meeting.peer-data.js';

/** A peer as the wire shows it. */
export function peerFields(participant: RoomParticipant, hostId: string): MeetingPeerFields {
  const { member, userId, username, order } = participant;
  const { display_name, media, screen, hand } = dataOf(participant);
  return {
    id: member,
    user_id: userId,
    username,
    display_name,
    media,
    screen_sharing: screen.on,
    screen_stream_id: screen.on ? screen.stream_id : null,
    hand_raised: hand.raised,
    is_host: member === hostId,
    order,
  };
}

export function joinedEvent(participant: RoomParticipant, hostId: string): WireEvent {
  return { type: 'peer-joined', peer: peerFields(participant, hostId) } satisfies MeetingPeerJoinedEvent;
}

export function leftEvent({ member, username }: RoomParticipant): WireEvent {
  return { type: 'peer-left', id: member, username } satisfies MeetingPeerLeftEvent;
}

/**
 * What a peer's data tells the others that it did not before. State is told by what it has become, and not by the command
 * that made it so: so whoever comes back under its old id, or was apart for a while, is told of as it is now.
 */
export function changesOf(before: RoomParticipant, after: RoomParticipant): WireEvent[] {
  const [was, is] = [dataOf(before), dataOf(after)];
  const { member: from, username } = after;
  return [
    ...screenChange(was, is, { from, username }),
    ...handChange(was, is, { from, username }),
    ...mediaChange(was, is, from),
  ];
}

/** What a host has switched, with the host as `from`. */
export function switchesOf(before: MeetingState, { chat, lock }: MeetingState): (WireEvent & { from: string })[] {
  const events = [];
  if (chat.on !== before.chat.on && chat.by !== null) {
    const type = chat.on ? ('chat-enabled' as const) : ('chat-disabled' as const);
    events.push({ type, from: chat.by } satisfies Shape<MeetingChatEnabledEvent | MeetingChatDisabledEvent>);
  }
  if (lock.on !== before.lock.on && lock.by !== null) {
    const type = lock.on ? ('lock-room' as const) : ('unlock-room' as const);
    events.push({ type, from: lock.by } satisfies Shape<MeetingLockedEvent | MeetingUnlockedEvent>);
  }
  return events;
}

interface Sender {
  from: string;
  username: string;
}

function screenChange({ screen: was }: PeerData, { screen: is }: PeerData, sender: Sender): WireEvent[] {
  if (was.on === is.on && (!is.on || was.stream_id === is.stream_id)) return [];
  const stream_id = is.stream_id ?? was.stream_id;
  const type = is.on ? ('screen-share-started' as const) : ('screen-share-stopped' as const);
  const event = { type, ...sender, ...(stream_id !== null && { stream_id }) };
  return [event satisfies Shape<MeetingScreenStartedEvent | MeetingScreenStoppedEvent>];
}

/** The host who lowers another's hand tells so by a signal. */
function handChange({ hand: was }: PeerData, { hand: is }: PeerData, sender: Sender): WireEvent[] {
  if (was.raised === is.raised || is.by !== null) return [];
  const type = is.raised ? ('raise-hand' as const) : ('lower-hand' as const);
  return [{ type, ...sender } satisfies Shape<MeetingHandRaisedEvent | MeetingHandLoweredEvent>];
}

function mediaChange({ media: was }: PeerData, { media: is }: PeerData, from: string): WireEvent[] {
  if (was['audio'] === is['audio'] && was['video'] === is['video']) return [];
  const [audio, video] = [is['audio'] === true, is['video'] === true];
  return [{ type: 'media-state', from, audio, video } satisfies MeetingMediaEvent];
}
