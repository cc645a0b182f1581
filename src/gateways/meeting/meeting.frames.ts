import { Injectable } from '@nestjs/common';
import { encodeFrame, frameOf } from '../../realtime/wire.js';
import type { Frame } from '../../realtime/wire.js';
import type { ChatLine } from '../../signaling/meeting-state.js';
import { Meetings } from '../../signaling/meetings.service.js';
import type { RoomParticipant, RoomSignal } from '../../signaling/room-seat.js';
import { EncodeOnce } from '../shared/encode-once.js';
import { joinedEvent, leftEvent } from './meeting.events.js';

/** A signal ready for the wire, and what it says where the server itself takes note of that. */
export interface EncodedSignal {
  frame: Frame;
  line?: ChatLine;
  /** Whose hand the host has lowered. */
  loweredHandOf?: string;
}

/** What all peers of this node are told alike is encoded once for all of them. */
@Injectable()
export class MeetingFrames {
  private readonly joinedOnce = new EncodeOnce<RoomParticipant, Frame>();
  private readonly leftOnce = new EncodeOnce<RoomParticipant, Frame>();
  private readonly signalOnce = new EncodeOnce<RoomSignal, EncodedSignal>();

  constructor(private readonly meetings: Meetings) {}

  joined(participant: RoomParticipant, hostId: string): Frame {
    return this.joinedOnce.of(participant, () => encodeFrame(joinedEvent(participant, hostId)));
  }

  left(participant: RoomParticipant): Frame {
    return this.leftOnce.of(participant, () => encodeFrame(leftEvent(participant)));
  }

  signal(roomId: string, signal: RoomSignal): EncodedSignal {
    return this.signalOnce.of(signal, ({ kind, text }) => {
      const frame = frameOf(text);
      if (kind === 'lower-hand')
        return { frame, loweredHandOf: (JSON.parse(text.join('')) as { peer_id: string }).peer_id };
      if (kind !== 'chat') return { frame };
      const { id, from, username, content, created_at } = JSON.parse(text.join('')) as ChatLine;
      const line = { id, from, username, content, created_at };
      this.meetings.heard(roomId, line);
      return { frame, line };
    });
  }
}
