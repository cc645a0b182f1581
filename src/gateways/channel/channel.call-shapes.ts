import { ANY_JSON } from '../../infra/http/api-docs.js';
import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { AnswerEvent } from '../../realtime/core-messages.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import { CONNECTION, CONVERSATION, UserFields } from '../shared/event-shapes.js';

const ORDER = 'Grows with each join: in a pair the higher one makes the first offer, and is the polite one.';

/** One connection in a channel’s call. */
export class ChannelCallParticipant extends UserFields {
  @ApiProperty({ description: 'The connection that is in the call.', format: 'uuid', example: CONNECTION })
  connection_id!: string;

  @ApiProperty({
    description: 'As the participant gave it.',
    ...ANY_JSON,
    example: { audio: true, video: false },
  })
  media!: Json;

  @ApiProperty({ description: ORDER, type: 'integer', example: 1 })
  order!: number;
}

@WsEvent('Who is in the call already. To the one who joins.')
export class CallParticipantsEvent extends AnswerEvent {
  readonly type = 'call_participants' as const;

  @ApiProperty({ description: 'The channel.', format: 'uuid', example: CONVERSATION })
  channel_id!: string;

  @ApiProperty({ description: 'The others, by `order`.', type: [ChannelCallParticipant] })
  participants!: ChannelCallParticipant[];

  @ApiProperty({ description: 'One’s own. ' + ORDER, type: 'integer', example: 2 })
  order!: number;
}

@WsEvent('A connection has joined the call. To the others in the channel.')
export class CallJoinedEvent extends ChannelCallParticipant {
  readonly type = 'call_joined' as const;

  @ApiProperty({ description: 'The channel.', format: 'uuid', example: CONVERSATION })
  channel_id!: string;
}

@WsEvent('A connection has left the call. To the others in the channel.')
export class CallLeftEvent extends UserFields {
  readonly type = 'call_left' as const;

  @ApiProperty({ description: 'The connection that was in the call.', format: 'uuid', example: CONNECTION })
  connection_id!: string;

  @ApiProperty({ description: 'The channel.', format: 'uuid', example: CONVERSATION })
  channel_id!: string;
}
