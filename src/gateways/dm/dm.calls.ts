import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { OVER, progressOf } from '../../calls/call.js';
import type { CallRequest } from '../../calls/call.js';
import { CallAttendance } from '../../calls/call-attendance.js';
import { CallsService } from '../../calls/calls.service.js';
import type { Json } from '../../cluster/cluster.js';
import type { Cancel } from '../../common/clock.js';
import { CallFacts, DomainEvents } from '../../common/domain-events.js';
import type { CallId, ConversationId } from '../../common/ids.js';
import type { MessageState } from '../../messages/message.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireEvent } from '../../realtime/wire.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { callEvent } from './dm.call-events.js';
import type { DmCallBusyEvent, DmCallInviteAckEvent } from './dm.call-shapes.js';
import type { DmSeat } from './dm.context.js';

/** The calls of direct conversations, as this node's connections ring, answer and hear of them (protocol section 3). */
@Injectable()
export class DmCalls implements OnModuleInit, OnApplicationShutdown {
  private readonly listening = new Map<ConversationId, Set<DmSeat>>();
  private stop: Cancel = () => undefined;

  constructor(
    private readonly calls: CallsService,
    private readonly attendance: CallAttendance,
    private readonly stream: ConversationStream,
    private readonly events: DomainEvents,
  ) {}

  onModuleInit(): void {
    this.stop = this.events.on('call.changed', (call) => {
      for (const seat of this.listening.get(call.conversationId) ?? []) tell(seat, call);
    });
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /**
   * From now on the seat hears of calls: of what happens, and of the one that goes on, once what is returned is called.
   * That waits for nothing, so that the connection is open as soon as it has been greeted.
   */
  async attend(seat: DmSeat): Promise<() => void> {
    const { context } = seat;
    const { conversationId } = context.conversation;
    const held: CallFacts[] = [];
    context.callsHeld = held;
    const listeners = this.listening.get(conversationId) ?? new Set();
    this.listening.set(conversationId, listeners.add(seat));
    const call = await this.attendance.enter(conversationId, actorOf(seat));
    return () => {
      context.callsHeld = undefined;
      for (const news of call ? [call, ...held] : held) tell(seat, news);
    };
  }

  /** However far its admission came. */
  async leave(seat: DmSeat, departure: Departure): Promise<void> {
    const { conversationId } = seat.context;
    if (conversationId === undefined) return;
    const listeners = this.listening.get(conversationId);
    listeners?.delete(seat);
    if (listeners?.size === 0) this.listening.delete(conversationId);
    await this.attendance.leave(conversationId, seat.id, departure);
  }

  /** @throws RateLimited */
  async invite(seat: DmSeat, media: Json): Promise<WireEvent> {
    const { conversationId, otherUserId } = seat.context.conversation;
    const by = actorOf(seat);
    const invited = await this.calls.invite({ conversationId, by, calleeId: otherUserId, media });
    if (invited.is === 'busy')
      return {
        type: 'call_busy',
        conversation_id: conversationId,
        user_id: invited.userId,
      } satisfies DmCallBusyEvent;
    tell(seat, invited.call);
    return { type: 'ack', call_id: invited.call.callId } satisfies Omit<DmCallInviteAckEvent, 'ref'>;
  }

  /** @throws NoSuchCall, CallMovedOn, NotYourPart */
  async accept(seat: DmSeat, callId: CallId): Promise<void> {
    await this.calls.accept(requestOf(seat, callId));
  }

  /** The `ack` comes after the entry of the log. @throws NoSuchCall, CallMovedOn, NotYourPart */
  async finish(seat: DmSeat, callId: CallId, how: 'decline' | 'cancel' | 'end'): Promise<WireEvent> {
    const entry: MessageState = await this.calls[how](requestOf(seat, callId));
    return this.stream.acknowledgeEntry(seat, entry);
  }
}

function actorOf({ id, userId }: DmSeat): CallRequest['by'] {
  return { connectionId: id, userId };
}

function requestOf(seat: DmSeat, callId: CallId): CallRequest {
  const { conversationId } = seat.context.conversation;
  // As the server writes it: a UUID's case does not count.
  return { callId: callId.toLowerCase() as CallId, conversationId, by: actorOf(seat) };
}

/** Each phase once, whatever it is told of twice or late. */
function tell(seat: DmSeat, call: CallFacts): void {
  const { context, userId } = seat;
  if (context.callsHeld) {
    context.callsHeld.push(call);
    return;
  }
  const { callId } = call;
  const before = context.toldOfCall;
  const told = before?.callId === callId ? before.progress : 0;
  const progress = progressOf(call);
  if (progress <= told) return;
  const isNews = told > 0 || call.endedAt === null;
  // The end of one that never rang here, for which the log's entry is enough, says nothing of the one that goes on.
  if (!isNews && before !== undefined && before.progress < OVER) return;
  context.toldOfCall = { callId, progress };
  if (isNews) seat.send(callEvent(call, userId));
}
