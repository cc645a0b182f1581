import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsUUID, ValidateIf } from 'class-validator';
import { IfPresent } from '../../common/if-present.js';
import { parseId } from '../../common/ids.js';
import type { GroupId } from '../../common/ids.js';
import type { RoomName } from '../room-kind.js';
import { ROOM_ACCESS } from '../room-rule.js';
import type { RoomAccessRule } from '../room-rule.js';
import type { RuleDraft, RuleView } from '../room-rules.service.js';
import { ROOM_USER } from './room.dto.js';

const ACCESS =
  'Who may join: `anyone` (guests too), the members of a `group`, or by `invitation`. The owner always may; whoever was removed never may.';
const GROUP = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';

export class SetRoomRuleDto {
  @ApiProperty({ description: ACCESS, enum: ROOM_ACCESS, example: 'group' })
  @IsIn(ROOM_ACCESS)
  access!: RoomAccessRule;

  @ApiPropertyOptional({
    description: 'With `group`, where it is needed: a group that the caller is a member of. Else it means nothing.',
    type: String,
    format: 'uuid',
    example: GROUP,
  })
  @ValidateIf(({ access }: SetRoomRuleDto) => access === 'group')
  @IsUUID()
  group_id?: GroupId | null;

  @ApiPropertyOptional({
    description: 'Whether nobody but the owner may come in; left out, it stays as it is.',
    type: Boolean,
    example: false,
  })
  @IfPresent()
  @IsBoolean()
  locked?: boolean;
}

export class RoomRuleDto {
  @ApiProperty({ description: 'As its participants call it.', example: 'daily' })
  room_id!: string;

  @ApiProperty({ description: 'Who set the first rule.', format: 'uuid', example: ROOM_USER })
  owner_id!: string;

  @ApiProperty({ description: ACCESS, enum: ROOM_ACCESS, example: 'group' })
  access!: RoomAccessRule;

  @ApiProperty({
    description: 'With `group`: its id, or null once it is deleted, when nobody but the owner may join.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: GROUP,
  })
  group_id!: string | null;

  @ApiProperty({ description: 'Whether nobody but the owner may come in.', example: false })
  locked!: boolean;

  @ApiProperty({
    description: 'The ids of those who are invited, the earliest first.',
    type: [String],
    example: [ROOM_USER],
  })
  invited!: string[];

  @ApiProperty({ description: 'The ids of those who were removed, the earliest first.', type: [String], example: [] })
  removed!: string[];

  @ApiProperty({
    description: 'When the room got its owner.',
    format: 'date-time',
    example: '2030-01-01T12:00:00.000Z',
  })
  created_at!: string;

  @ApiProperty({
    description: 'When the rule was last changed.',
    format: 'date-time',
    example: '2030-01-01T12:00:00.000Z',
  })
  updated_at!: string;
}

export function ruleDraftOf({ access, group_id, locked }: SetRoomRuleDto): RuleDraft {
  return { access, groupId: access === 'group' ? (parseId<GroupId>(group_id) ?? null) : null, locked };
}

export function toRoomRuleDto({ roomId }: RoomName, rule: RuleView): RoomRuleDto {
  const usersWith = (wanted: string) =>
    rule.standings.filter(({ standing }) => standing === wanted).map(({ userId }) => userId);
  return {
    room_id: roomId,
    owner_id: rule.ownerId,
    access: rule.access,
    group_id: rule.groupId,
    locked: rule.locked,
    invited: usersWith('invited'),
    removed: usersWith('removed'),
    created_at: rule.createdAt.toISOString(),
    updated_at: rule.updatedAt.toISOString(),
  };
}
