import { ApiProperty } from '@nestjs/swagger';

export class WsTicketDto {
  @ApiProperty({
    description: 'Opens one WebSocket, as `?ticket=`.',
    type: String,
    example: 'q8Zr5s8uVwQe1tKpLa9DfGhYiOjMbNcJx0mBq7yX2n0',
  })
  ticket!: string;

  @ApiProperty({ description: 'Seconds until the ticket is worth nothing.', type: 'integer', example: 30 })
  expires_in!: number;
}
