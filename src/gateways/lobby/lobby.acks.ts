import { ApiProperty } from '@nestjs/swagger';

const ROOM = 'chess-1';

/** `data` of the acknowledgement of `game_move`. */
export class MoveMadeAck {
  @ApiProperty({ description: 'The room.', example: ROOM })
  room_id!: string;

  @ApiProperty({ description: 'The number of the move.', type: 'integer', example: 1 })
  n!: number;
}

/** `data` of the acknowledgement of `leave_room`. */
export class RoomLeftAck {
  @ApiProperty({ description: 'The room.', example: ROOM })
  room_id!: string;
}
