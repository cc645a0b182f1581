import { ApiProperty } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import { USER } from '../shared/event-shapes.js';

export const PEER = 'laptop-1';
export const CHAT_LINE = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f65';

/** One peer of a meeting. */
export class MeetingPeerFields {
  @ApiProperty({ description: 'Its id in the meeting: signals name it as `to` and `from`.', example: PEER })
  id!: string;

  @ApiProperty({ description: 'Whose it is.', format: 'uuid', example: USER })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;

  @ApiProperty({ description: 'What the peer calls itself, else the username.', example: 'Alice (kitchen)' })
  display_name!: string;

  @ApiProperty({
    description: 'What it sends: `audio` and `video`, and what else it gave with `join`.',
    type: 'object',
    additionalProperties: true,
    example: { audio: true, video: false },
  })
  media!: { readonly [field: string]: Json };

  @ApiProperty({ description: 'Whether it shares its screen.', example: false })
  screen_sharing!: boolean;

  @ApiProperty({
    description: 'The stream of its screen, as it named it; null when it shares none, or named none.',
    type: String,
    nullable: true,
    example: null,
  })
  screen_stream_id!: string | null;

  @ApiProperty({ description: 'Whether its hand is raised.', example: false })
  hand_raised!: boolean;

  @ApiProperty({ description: 'Whether it is the host: the one who has been there longest.', example: false })
  is_host!: boolean;

  @ApiProperty({
    description: 'Grows with each join: in a pair the higher one makes the first offer, and is the polite one.',
    type: 'integer',
    example: 1,
  })
  order!: number;
}

export abstract class FromFields {
  @ApiProperty({ description: 'The peer that it comes from.', example: PEER })
  from!: string;
}

/** What comes from a peer. */
export abstract class NamedFromFields extends FromFields {
  @ApiProperty({ description: 'The name of its user.', example: 'alice' })
  username!: string;
}

/** A line of the chat. */
export class MeetingChatLine extends NamedFromFields {
  @ApiProperty({ description: 'Its id; ids sort by time.', format: 'uuid', example: CHAT_LINE })
  id!: string;

  @ApiProperty({ description: 'The text.', example: 'Hello!' })
  content!: string;

  @ApiProperty({ description: 'When it was said.', format: 'date-time', example: '2026-11-20T13:52:54.123Z' })
  created_at!: string;
}
