import { ApiProperty } from '@nestjs/swagger';

export class LivenessDto {
  @ApiProperty({ description: 'The process runs.', enum: ['ok'], example: 'ok' })
  status!: 'ok';
}

class ChecksDto {
  @ApiProperty({ description: 'Postgres answers.', enum: ['ok'], example: 'ok' })
  database!: 'ok';
}

export class ReadinessDto {
  @ApiProperty({ description: 'This node can serve requests.', enum: ['ok'], example: 'ok' })
  status!: 'ok';

  @ApiProperty({ description: 'What was checked.', type: ChecksDto })
  checks!: ChecksDto;
}
