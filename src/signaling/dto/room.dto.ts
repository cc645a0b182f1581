import { ApiProperty } from '@nestjs/swagger';
import type { RoomName } from '../room-kind.js';
import type { RoomOverview } from '../room-overview.service.js';
import { ROOM_ACCESS } from '../room-rule.js';
import type { RoomAccessRule } from '../room-rule.js';
import type { RoomParticipant } from '../room-seat.js';

export const ROOM_USER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';

export class RoomParticipantDto {
  @ApiProperty({
    description: 'Its id in there: the `client_id` of a room, the `id` of a meeting’s peer, the `socketId` of a call.',
    example: 'laptop-1',
  })
  client_id!: string;

  @ApiProperty({ description: 'Whose it is.', format: 'uuid', example: ROOM_USER })
  user_id!: string;

  @ApiProperty({ description: 'The user’s name.', example: 'alice' })
  username!: string;

  @ApiProperty({ description: 'Grows with each join.', type: 'integer', example: 1 })
  order!: number;
}

export class RoomDto {
  @ApiProperty({ description: 'As its participants call it.', example: 'daily' })
  room_id!: string;

  @ApiProperty({ description: 'Who is there, on every node, by `order`; maybe nobody.', type: [RoomParticipantDto] })
  participants!: RoomParticipantDto[];

  @ApiProperty({
    description: 'Since when somebody is there; null: nobody is.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2030-01-01T12:00:00.000Z',
  })
  since!: string | null;

  @ApiProperty({ description: 'Who may join.', enum: ROOM_ACCESS, example: 'anyone' })
  access!: RoomAccessRule;

  @ApiProperty({ description: 'Whether nobody but the owner may come in.', example: false })
  locked!: boolean;

  @ApiProperty({
    description: 'Who has set the rule; null: nobody, and everyone may join.',
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
  })
  owner_id!: string | null;
}

export function toRoomDto({ roomId }: RoomName, { participants, since, rule }: RoomOverview): RoomDto {
  return {
    room_id: roomId,
    participants: participants.map(toParticipantDto),
    since: since?.toISOString() ?? null,
    access: rule?.access ?? 'anyone',
    locked: rule?.locked ?? false,
    owner_id: rule?.ownerId ?? null,
  };
}

function toParticipantDto({ member, userId, username, order }: RoomParticipant): RoomParticipantDto {
  return { client_id: member, user_id: userId, username, order };
}
