import { ApiProperty } from '@nestjs/swagger';
import { DEFAULT_TOPIC } from '../../live/live-topic.js';
import { SocketFailureAck } from '../../realtime/socket-core-events.js';
import { SocketEvent } from '../../realtime/wire-docs.js';

const IsTopic = () => ApiProperty({ description: 'The topic.', type: String, example: DEFAULT_TOPIC });

/** Which value it is: the second argument of both events, and what a subscription is acknowledged with. */
export class LivePosition {
  @IsTopic()
  topic!: string;

  @ApiProperty({
    description:
      'Grows with each change of the value, its deletion too, and never starts over; 0: there has been none. What is not above the one that you have is old.',
    type: 'integer',
    example: 7,
  })
  version!: number;
}

@SocketEvent(
  'current_data',
  'The value of a topic when one subscribes: any JSON, null where there is none. To the subscriber, first of all.',
  { envelope: true, second: LivePosition, anyJson: { visitors: 42 } },
)
export class CurrentDataEvent {}

@SocketEvent(
  'data_updated',
  'A later value of a topic: any JSON, null when it was taken away. To every subscriber; one who is behind with reading gets the latest alone.',
  { second: LivePosition, anyJson: { visitors: 43 } },
)
export class DataUpdatedEvent {}

@SocketEvent(
  'unsubscribed',
  'The topic’s rules do not let one read it any more: one has left the group, or the owner has decided otherwise.',
)
export class UnsubscribedEvent {
  @IsTopic()
  topic!: string;

  @ApiProperty({ description: 'Why, for programs.', enum: ['forbidden'], example: 'forbidden' })
  code!: 'forbidden';

  @ApiProperty({
    description: 'Why, for people.',
    type: String,
    example: 'The rules of the topic do not let you read it any more.',
  })
  message!: string;
}

@SocketEvent('error', 'An event was refused: what the acknowledgement says, also to who asked for none.')
export class LiveErrorEvent extends SocketFailureAck {}

/** `data` of the acknowledgement of `unsubscribe_updates`. */
export class UnsubscribedTopics {
  @ApiProperty({ description: 'What was followed until now.', type: [String], example: [DEFAULT_TOPIC] })
  topics!: string[];
}
