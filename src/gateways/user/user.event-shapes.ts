import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ErrorCode } from '../../common/domain-error.js';
import { AnswerEvent } from '../../realtime/core-messages.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import { ConnectedBase, CONVERSATION, OTHER_USER } from '../shared/event-shapes.js';

@WsEvent('The socket is open. What it subscribes to says where each log stands.')
export class UserConnectedEvent extends ConnectedBase {
  readonly type = 'connected' as const;
}

/** Which conversation a subscription is of: a channel by `channel_id`, a direct one by the other two. */
export class SubscriptionName extends AnswerEvent {
  @ApiPropertyOptional({ description: 'The channel.', type: String, format: 'uuid', example: CONVERSATION })
  channel_id?: string;

  @ApiPropertyOptional({ description: 'The direct conversation.', type: String, format: 'uuid', example: CONVERSATION })
  conversation_id?: string;

  @ApiPropertyOptional({ description: 'Its other side.', type: String, format: 'uuid', example: OTHER_USER })
  dm_user_id?: string;
}

@WsEvent(
  'Answers `subscribe`: from now on the socket gets the conversation’s events, and may send its commands. With `presence` other than `none`, the roster (`online_users`, or `dm_user_online` if the other is there) comes before it; with `history` and `since`, `history`, what was missed, and `resumed` come after it.',
)
export class UserSubscribedEvent extends SubscriptionName {
  readonly type = 'subscribed' as const;

  @ApiProperty({ description: 'The log’s head: the number of its latest change.', type: 'integer', example: 41 })
  last_seq!: number;

  @ApiProperty({
    description: 'Names this history of the database. Give it with `since` to resume.',
    example: '9b0f7c1e5d2a4f3b8c6d7e0f1a2b3c4d',
  })
  epoch!: string;
}

@WsEvent(
  'The subscription has ended: it answers `unsubscribe`, or, with a `code` and without a `ref`, the server has ended it; the socket and its other subscriptions stay. `forbidden`: removed from the group, or the channel was deleted.',
)
export class UserUnsubscribedEvent extends SubscriptionName {
  readonly type = 'unsubscribed' as const;

  @ApiPropertyOptional({
    description: 'Why the server has ended it: a code of `error`. Absent where the client asked.',
    type: String,
    example: 'forbidden',
  })
  code?: ErrorCode;
}
