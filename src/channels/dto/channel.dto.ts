import { ApiProperty } from '@nestjs/swagger';
import { CHANNEL_TYPES } from '../channel-type.js';
import type { ChannelType } from '../channel-type.js';
import type { ChannelView } from '../channel.js';

export class ChannelDto {
  @ApiProperty({ description: 'The channel’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f62' })
  id!: string;

  @ApiProperty({ description: 'Its group’s id.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60' })
  group_id!: string;

  @ApiProperty({ description: 'Its name, for people; not unique.', example: 'general' })
  name!: string;

  @ApiProperty({ description: 'Calls are held in VOICE and VIDEO channels.', enum: CHANNEL_TYPES, example: 'TEXT' })
  type!: ChannelType;

  @ApiProperty({ description: 'What it is about; may be empty.', example: 'Everything else.' })
  topic!: string;

  @ApiProperty({
    description: 'Seconds that a member waits between two messages; 0: none.',
    type: 'integer',
    example: 0,
  })
  slow_mode_s!: number;

  @ApiProperty({
    description: 'Sort channels by it, and by their ids where it is the same.',
    type: 'integer',
    example: 0,
  })
  position!: number;

  @ApiProperty({ description: 'The number of its log’s latest change; 0: none.', type: 'integer', example: 41 })
  last_seq!: number;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', example: '2030-01-01T12:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    description: 'When its name, topic, slow mode or place was last changed.',
    format: 'date-time',
    example: '2030-01-01T12:00:00.000Z',
  })
  updated_at!: string;
}

export function toChannelDto(channel: ChannelView): ChannelDto {
  return {
    id: channel.id,
    group_id: channel.groupId,
    name: channel.name,
    type: channel.type,
    topic: channel.topic,
    slow_mode_s: channel.slowModeS,
    position: channel.position,
    last_seq: channel.lastSeq,
    created_at: channel.createdAt.toISOString(),
    updated_at: channel.updatedAt.toISOString(),
  };
}
