import { eventText } from '../../realtime/socket-wire.js';
import type { WireText } from '../../realtime/wire.js';
import type { RawJson } from '../../realtime/raw-json.js';
import type { RoomParticipant, RoomSeat } from '../../signaling/room-seat.js';
import type {
  CallMetadata,
  CallRoomParticipant,
  CallParticipantJoinedEvent,
  CallParticipantLeftEvent,
  CallRoomJoinedEvent,
} from './call.event-shapes.js';

export type CallSignalKind = 'offer' | 'answer' | 'ice-candidate';

function callParticipant({ member, userId, username, order }: RoomParticipant): CallRoomParticipant {
  return { socketId: member, userId, username, order };
}

interface Place {
  callRoomId: string;
  seat: RoomSeat;
  metadata: CallMetadata;
}

export function roomJoined({ callRoomId, seat, metadata }: Place): CallRoomJoinedEvent {
  const others = seat.others();
  return {
    callRoomId,
    participantCount: others.length + 1,
    existingParticipants: others.map(callParticipant),
    order: seat.order,
    metadata,
  };
}

/** Words for the others of a room; several seats of a node are told the same, one after the other: it is encoded once. */
export class ParticipantTexts {
  private last: { kind: string; participant: RoomParticipant; count: number; text: WireText } | undefined;

  of(kind: 'joined' | 'left', callRoomId: string, participant: RoomParticipant, participantCount: number): WireText {
    const { last } = this;
    if (last?.kind === kind && last.participant === participant && last.count === participantCount) return last.text;
    const event: CallParticipantJoinedEvent | CallParticipantLeftEvent = {
      callRoomId,
      participant: callParticipant(participant),
      participantCount,
    };
    const text = eventText(`webrtc:participant-${kind}`, event);
    this.last = { kind, participant, count: participantCount, text };
    return text;
  }
}

/** The beginnings of what a participant relays: the same for each signal of a kind. */
export class SignalTexts {
  private readonly sender: string;
  private readonly openings = new Map<CallSignalKind, string>();

  constructor(callRoomId: string, { id, userId }: { id: string; userId: string }) {
    this.sender = JSON.stringify({ callRoomId, fromSocketId: id, fromUserId: userId }).slice(0, -1);
  }

  /** `field` with the body as it was sent, behind `more`. */
  of(kind: CallSignalKind, field: string, body: RawJson, more = ''): WireText {
    return [this.opening(kind), `${more},"${field}":`, body.text, '}]'];
  }

  private opening(kind: CallSignalKind): string {
    let opening = this.openings.get(kind);
    if (opening === undefined) this.openings.set(kind, (opening = `["webrtc:${kind}",${this.sender}`));
    return opening;
  }
}

interface MediaFields {
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
}

/** What an offer or a candidate may have beside its body, as JSON. */
export function mediaFields({ sdpMid, sdpMLineIndex }: MediaFields): string {
  const mid = sdpMid === undefined ? '' : `,"sdpMid":${JSON.stringify(sdpMid)}`;
  return sdpMLineIndex === undefined ? mid : `${mid},"sdpMLineIndex":${JSON.stringify(sdpMLineIndex)}`;
}
