import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';

export class TransferGroupDto {
  @ApiProperty({
    description: 'The member who becomes its owner.',
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61',
  })
  @IsUUID()
  user_id!: string;
}
