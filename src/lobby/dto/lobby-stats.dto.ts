import { ApiProperty } from '@nestjs/swagger';

export class LobbyStatsDto {
  @ApiProperty({ description: 'All rooms of the namespace, private ones too.', type: 'integer', example: 12 })
  total_rooms!: number;

  @ApiProperty({ description: 'Those with free seats.', type: 'integer', example: 1 })
  waiting_rooms!: number;

  @ApiProperty({ description: 'Those with a game that is on.', type: 'integer', example: 10 })
  active_rooms!: number;

  @ApiProperty({ description: 'Seats that are taken, in all rooms together.', type: 'integer', example: 21 })
  total_players!: number;
}
