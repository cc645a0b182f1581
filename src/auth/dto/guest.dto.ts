import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy, ValidationArguments } from 'class-validator';
import { guestNameProblem } from '../guest-name.js';

export class BecomeGuestDto {
  @ApiPropertyOptional({
    description:
      'What others call the guest: ` (guest)` is added, so that no guest has the name of a user. Without it: `Guest` and a few digits.',
    type: String,
    minLength: 1,
    maxLength: 32,
    example: 'Ada',
  })
  @IsOptional()
  @ValidateBy({
    name: 'isGuestName',
    validator: {
      validate: (value: unknown) => guestNameProblem(value) === undefined,
      defaultMessage: (argument?: ValidationArguments) => guestNameProblem(argument?.value) ?? '',
    },
  })
  username?: string;
}

/** A guest as itself and others see it. */
export class GuestDto {
  @ApiProperty({
    description: 'No user has it.',
    type: String,
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61',
  })
  id!: string;

  @ApiProperty({ description: 'The name, which no user can have.', type: String, example: 'Ada (guest)' })
  username!: string;

  @ApiProperty({ description: 'Always true.', type: Boolean, example: true })
  guest!: true;
}

/** The answer to who becomes a guest, or asks for a fresh token. */
export class GuestTokenDto {
  @ApiProperty({ description: 'Who the guest is.', type: () => GuestDto })
  user!: GuestDto;

  @ApiProperty({
    description: 'Opens room, meeting, lobby and live gateways, and nothing else.',
    type: String,
    example: 'eyJhbGciOiJIUzI1NiIs…',
  })
  access_token!: string;

  @ApiProperty({ description: 'How to send the token.', type: String, enum: ['bearer'], example: 'bearer' })
  token_type!: 'bearer';

  @ApiProperty({ description: 'Seconds until the token expires.', type: 'integer', example: 43_200 })
  expires_in!: number;
}
