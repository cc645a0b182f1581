import { Injectable } from '@nestjs/common';
import type { Cancel } from '../../common/clock.js';
import { encodeFrame } from '../../realtime/wire.js';
import { SignalingService } from '../../signaling/signaling.service.js';
import type { CallChange } from '../../signaling/signaling.service.js';
import type { CallJoinedEvent, CallLeftEvent } from './channel.call-shapes.js';
import type { ChannelSeat } from './channel.context.js';
import { participantFields } from './channel.events.js';

/** A channel's call, with those of this node who are told of it. */
interface Call {
  seats: Set<ChannelSeat>;
  watching: Promise<Cancel>;
}

/**
 * Tells a channel's seats on this node who joins its call and who leaves it, on whatever node. It goes by the set of
 * participants, which heals: so it also tells of those whose node has died, and of what happened while Redis was away.
 */
@Injectable()
export class ChannelCalls {
  private readonly calls = new Map<string, Call>();

  constructor(private readonly signaling: SignalingService) {}

  /** Resolves once the seat is told of all that happens. Returns its own undo. */
  async attend(seat: ChannelSeat): Promise<Cancel> {
    const { audience } = seat.context;
    const call = this.calls.get(audience) ?? this.open(seat);
    call.seats.add(seat);
    const leave = () => {
      this.leave(audience, call, seat);
    };
    try {
      await call.watching;
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  private open({ context: { audience, channelId } }: ChannelSeat): Call {
    const seats = new Set<ChannelSeat>();
    const watching = this.signaling.watchCall(audience, (change) => {
      const frame = encodeFrame(eventOf(channelId, change));
      for (const seat of seats) if (seat.id !== change.participant.connectionId) seat.sendFrame(frame, 'volatile');
    });
    const call = { seats, watching };
    this.calls.set(audience, call);
    return call;
  }

  private leave(audience: string, call: Call, seat: ChannelSeat): void {
    call.seats.delete(seat);
    if (call.seats.size > 0 || this.calls.get(audience) !== call) return;
    this.calls.delete(audience);
    call.watching.then(
      (stop) => {
        stop();
      },
      () => undefined,
    );
  }
}

function eventOf(channel_id: string, { kind, participant }: CallChange) {
  const { user_id, username, connection_id, ...place } = participantFields(participant);
  const who = { user_id, username, connection_id };
  return kind === 'left'
    ? ({ type: 'call_left' as const, channel_id, ...who } satisfies CallLeftEvent)
    : ({ type: 'call_joined' as const, channel_id, ...who, ...place } satisfies CallJoinedEvent);
}
