import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsText } from '../../common/text.js';

export const CONTENT_MAX_LENGTH = 4000;
export const NONCE_MAX_LENGTH = 64;

/** What a client says to send a message, over REST and over a socket alike (protocol section 2). */
export class SendMessageDto {
  @ApiProperty({
    description: 'The text: 1 to 4000 Unicode code points once trimmed.',
    minLength: 1,
    maxLength: CONTENT_MAX_LENGTH,
    example: 'Shall we start, @bob?',
  })
  @IsText({ max: CONTENT_MAX_LENGTH })
  content!: string;

  @ApiPropertyOptional({
    description:
      'Makes the send safe to repeat: the same nonce of the same sender never makes a second message in a conversation. 1 to 64 characters.',
    type: String,
    minLength: 1,
    maxLength: NONCE_MAX_LENGTH,
    example: '5f2b1c9e-1',
  })
  @IsOptional()
  @IsText({ max: NONCE_MAX_LENGTH })
  nonce?: string;
}
