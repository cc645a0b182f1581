import { ANY_JSON } from '../../infra/http/api-docs.js';
import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { AckEvent, AnswerEvent } from '../../realtime/core-messages.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import { CALL, CONNECTION, CONVERSATION, OTHER_USER } from '../shared/event-shapes.js';

const IsOfConversation = () => ApiProperty({ description: 'The conversation.', format: 'uuid', example: CONVERSATION });
const IsCall = () => ApiProperty({ description: 'The call.', format: 'uuid', example: CALL });

abstract class CallFields {
  @IsCall()
  call_id!: string;

  @IsOfConversation()
  conversation_id!: string;
}

abstract class RingFields extends CallFields {
  @ApiProperty({ description: 'The caller.', format: 'uuid', example: OTHER_USER })
  from_user_id!: string;

  @ApiProperty({ description: 'The caller’s name.', example: 'bob' })
  from_username!: string;

  @ApiProperty({
    description: 'As the caller gave it.',
    ...ANY_JSON,
    example: { audio: true, video: false },
  })
  media!: Json;

  @ApiProperty({
    description: 'It rings until then: 45 s.',
    format: 'date-time',
    example: '2026-11-20T13:53:39.123Z',
  })
  expires_at!: string;
}

@WsEvent(
  'The other side calls. To all devices of the callee, also to one that connects while it rings. It rings on when the caller’s connection is gone.',
)
export class DmIncomingCallEvent extends RingFields {
  readonly type = 'incoming_call' as const;
}

@WsEvent('One’s own call rings. To all devices of the caller, also to one that connects meanwhile.')
export class DmOutgoingCallEvent extends RingFields {
  readonly type = 'outgoing_call' as const;
}

@WsEvent(
  'The callee has accepted: nothing rings any more. To all devices of both sides, also to one that connects while the call goes on.',
)
export class DmCallAcceptedEvent extends CallFields {
  readonly type = 'call_accepted' as const;

  @ApiProperty({ description: 'The callee’s connection that is in the call.', format: 'uuid', example: CONNECTION })
  connection_id!: string;
}

@WsEvent('The callee has declined. To all devices of both sides.')
export class DmCallDeclinedEvent extends CallFields {
  readonly type = 'call_declined' as const;
}

@WsEvent('The caller has taken it back. To all devices of both sides.')
export class DmCallCancelledEvent extends CallFields {
  readonly type = 'call_cancelled' as const;
}

@WsEvent('Nobody has answered in 45 s. To all devices of both sides.')
export class DmCallMissedEvent extends CallFields {
  readonly type = 'call_missed' as const;
}

@WsEvent(
  'A side has ended the call, or the connection that it was in the call with has not come back in time. To all devices of both sides.',
)
export class DmCallEndedEvent extends CallFields {
  readonly type = 'call_ended' as const;

  @ApiProperty({
    description: 'Whole seconds from the acceptance to the end: where a connection was lost, to its last sign of life.',
    type: 'integer',
    example: 260,
  })
  duration_s!: number;
}

@WsEvent('Answers a `call_invite` that rings nowhere: somebody is in a call already, ringing or accepted.')
export class DmCallBusyEvent extends AnswerEvent {
  readonly type = 'call_busy' as const;

  @IsOfConversation()
  conversation_id!: string;

  @ApiProperty({ description: 'Who is in a call: oneself, or the other.', format: 'uuid', example: OTHER_USER })
  user_id!: string;
}

@WsEvent(
  'It rings: `outgoing_call` has gone to all devices of the caller. Where the other has invited meanwhile, that is the call, and `incoming_call` has come.',
)
export class DmCallInviteAckEvent extends AckEvent {
  @IsCall()
  call_id!: string;
}
