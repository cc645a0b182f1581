import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

export class DeleteAccountDto {
  @ApiProperty({ description: 'The caller’s own.', maxLength: 1024, example: 'correct horse battery staple' })
  @IsString()
  @MaxLength(1024)
  password!: string;
}
