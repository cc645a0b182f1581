import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, ValidateIf } from 'class-validator';
import { LiveTopic, READ_RULES, WRITE_RULES } from '../live-topic.js';
import type { ReadRule, WriteRule } from '../live-topic.js';

const TOPIC = { description: 'The name of the topic.', type: String, example: 'default' };
const VERSION = {
  description: 'Grows with every change of the value, its deletion too, and never starts over.',
  type: 'integer',
  example: 7,
} as const;

/** The answer to a value that was set. */
export class LivePutDto {
  @ApiProperty({ description: 'Always true.', type: Boolean, example: true })
  success!: true;

  @ApiProperty(TOPIC)
  topic!: string;

  @ApiProperty(VERSION)
  version!: number;
}

/** The value, as `current_data` has it, and its version. */
export class LiveValueDto extends LivePutDto {
  @ApiProperty({ description: 'For people.', type: String, example: 'Success' })
  message!: string;

  @ApiProperty({ description: 'The value, as it was written: any JSON.', example: { visitors: 42 } })
  data!: unknown;
}

export class SetLiveRulesDto {
  @ApiProperty({
    description: 'Who reads it, beside the owner: everyone, guests too; everyone with an account; the group’s members.',
    enum: READ_RULES,
    example: 'group',
  })
  @IsIn(READ_RULES)
  read!: ReadRule;

  @ApiProperty({ description: 'Who writes it: likewise, or the owner alone.', enum: WRITE_RULES, example: 'owner' })
  @IsIn(WRITE_RULES)
  write!: WriteRule;

  @ApiPropertyOptional({
    description: 'Whose members `group` means; the caller has to be one. Needed where a rule is `group`.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60',
  })
  @ValidateIf(({ read, write }: SetLiveRulesDto) => read === 'group' || write === 'group')
  @IsUUID()
  group_id?: string | null;
}

/** Who reads and writes a topic. */
export class LiveRulesDto {
  @ApiProperty(TOPIC)
  topic!: string;

  @ApiProperty({ description: 'Who reads it, beside the owner.', enum: READ_RULES, example: 'authenticated' })
  read!: ReadRule;

  @ApiProperty({ description: 'Who writes it, beside the owner.', enum: WRITE_RULES, example: 'owner' })
  write!: WriteRule;

  @ApiProperty({
    description: 'The group that `group` means. Null with `group`: it is gone, and the owner alone is left.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
  })
  group_id!: string | null;

  @ApiProperty({
    description: 'The user who made it; null: the server’s own, or its owner has left.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61',
  })
  owner_id!: string | null;
}

export function toRulesDto({ topic, rules, ownerId }: LiveTopic): LiveRulesDto {
  return { topic, read: rules.read, write: rules.write, group_id: rules.groupId, owner_id: ownerId };
}
