import type { CallFacts } from '../../common/domain-events.js';
import type { Json } from '../../cluster/cluster.js';
import type { UserId } from '../../common/ids.js';
import { durationOf } from '../../calls/call.js';
import type { WireEvent } from '../../realtime/wire.js';
import type * as shapes from './dm.call-shapes.js';

/** What a side of a call is told of its present phase. */
export function callEvent(call: CallFacts, userId: UserId): WireEvent {
  const fields = { call_id: call.callId, conversation_id: call.conversationId };
  switch (call.phase) {
    case 'ringing':
      return {
        type: call.callerId === userId ? ('outgoing_call' as const) : ('incoming_call' as const),
        ...fields,
        from_user_id: call.callerId,
        from_username: call.callerName,
        media: call.media as Json,
        expires_at: call.expiresAt,
      } satisfies shapes.DmOutgoingCallEvent | shapes.DmIncomingCallEvent;
    case 'accepted':
      return {
        type: 'call_accepted',
        ...fields,
        connection_id: call.acceptedBy ?? '',
      } satisfies shapes.DmCallAcceptedEvent;
    case 'declined':
      return { type: 'call_declined', ...fields } satisfies shapes.DmCallDeclinedEvent;
    case 'cancelled':
      return { type: 'call_cancelled', ...fields } satisfies shapes.DmCallCancelledEvent;
    case 'missed':
      return { type: 'call_missed', ...fields } satisfies shapes.DmCallMissedEvent;
    case 'ended':
      return { type: 'call_ended', ...fields, duration_s: durationOf(call) } satisfies shapes.DmCallEndedEvent;
  }
}
