import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { Json } from '../../cluster/cluster.js';
import type { RoomState, RoomStatus } from '../room-state.js';

const AT = '2030-01-01T12:00:00.000Z';
const PLAYER = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';

export class LobbyPlayerDto {
  @ApiProperty({ description: 'The name that the player goes by.', example: 'alice' })
  name!: string;

  @ApiProperty({ description: 'When it joined.', format: 'date-time', example: AT })
  joined_at!: string;

  @ApiProperty({
    description: 'Grows with each join: in a pair the higher one makes the first offer, and is the polite one.',
    type: 'integer',
    example: 1,
  })
  order!: number;
}

@ApiExtraModels(LobbyPlayerDto)
export class LobbyRoomDto {
  @ApiProperty({ description: 'The room’s id.', example: 'chess-1' })
  room_id!: string;

  @ApiProperty({ description: 'How many players it takes to begin, and at most.', type: 'integer', example: 2 })
  max_players!: number;

  @ApiProperty({
    description: 'The players by their ids, which are user ids; a back end may have given them more fields.',
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(LobbyPlayerDto) },
    example: { [PLAYER]: { name: 'alice', joined_at: AT, order: 1 } },
  })
  players!: Record<string, LobbyPlayerDto>;

  @ApiProperty({
    description: '`waiting` until it is full, then `active` until somebody finishes the game.',
    enum: ['waiting', 'active', 'finished'],
    example: 'waiting',
  })
  status!: RoomStatus;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', example: AT })
  created_at!: string;

  @ApiProperty({
    description: 'What its creator keeps in it; empty for who is not a player of it.',
    type: 'object',
    additionalProperties: true,
    example: { map: 'harbour' },
  })
  data!: Record<string, Json>;
}

/** `isPlayer`: whether it is for a player of the room, who alone sees its data. */
export function toLobbyRoomDto(state: RoomState, isPlayer = true): LobbyRoomDto {
  const players = state.players.map(({ id, name, joinedAt, order, data }) => {
    const own: [string, Json][] = [
      ['name', name],
      ['joined_at', joinedAt],
      ['order', order],
    ];
    return [id, Object.fromEntries([...Object.entries(data), ...own])] as const;
  });
  return {
    room_id: state.roomId,
    max_players: state.maxPlayers,
    players: Object.fromEntries(players) as unknown as Record<string, LobbyPlayerDto>,
    status: state.status,
    created_at: state.createdAt,
    data: isPlayer ? { ...state.data } : {},
  };
}
