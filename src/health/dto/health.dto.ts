import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class LivenessDto {
  @ApiProperty({ description: 'The process runs.', enum: ['ok'], example: 'ok' })
  status!: 'ok';
}

class ChecksDto {
  @ApiProperty({ description: 'Postgres answers.', enum: ['ok'], example: 'ok' })
  database!: 'ok';

  @ApiPropertyOptional({
    description: 'With REDIS_URL: whether other nodes are reached. What is stored reaches their clients either way.',
    enum: ['ok', 'away'],
    example: 'ok',
  })
  cluster?: 'ok' | 'away';
}

export class ReadinessDto {
  @ApiProperty({
    description:
      'This node can serve requests. `degraded`: what is volatile (typing, signals, presence) does not reach other nodes, and messages reach them a second later.',
    enum: ['ok', 'degraded'],
    example: 'ok',
  })
  status!: 'ok' | 'degraded';

  @ApiProperty({ description: 'What was checked.', type: ChecksDto })
  checks!: ChecksDto;
}
