import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ErrorCode, FieldProblem } from '../../common/domain-error.js';
import { Problem, STATUS_OF_CODE } from './problem.js';

export class FieldProblemDto implements FieldProblem {
  @ApiProperty({ description: 'The field, a nested one by its dotted path.', example: 'username' })
  field!: string;

  @ApiProperty({
    description: 'What is wrong with it, for people.',
    type: [String],
    example: ['username must be longer than or equal to 3 characters'],
  })
  problems!: string[];
}

/** The body of every error answer: problem details (RFC 9457). */
export class ProblemDto implements Problem {
  @ApiProperty({
    description: 'Names the kind of problem, as `code` does; it is no address.',
    format: 'uri',
    example: 'urn:parley:problem:validation_failed',
  })
  type!: string;

  @ApiProperty({ description: 'The name of the HTTP status.', example: 'Bad Request' })
  title!: string;

  @ApiProperty({ description: 'The HTTP status.', type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'What went wrong, for people.', example: 'Some fields are not valid.' })
  detail!: string;

  @ApiProperty({
    description: 'What went wrong, for programs; the same codes as in WebSocket error frames.',
    enum: Object.keys(STATUS_OF_CODE),
    enumName: 'ErrorCode',
    example: 'validation_failed',
  })
  code!: ErrorCode;

  @ApiPropertyOptional({ description: 'With `validation_failed`: the fields that are wrong.', type: [FieldProblemDto] })
  errors?: FieldProblemDto[];

  @ApiPropertyOptional({
    description:
      'With `rate_limited` and `unavailable`: milliseconds until a retry makes sense (also as `Retry-After`).',
    type: 'integer',
    example: 1000,
  })
  retry_after_ms?: number;

  @ApiProperty({
    description: 'The id of the request (`X-Request-Id`), to quote in a bug report.',
    example: '6f1f7d3e-52d4-4d0e-9a3b-0f6a1d2c3b4a',
  })
  request_id!: string;

  @ApiPropertyOptional({
    description: 'With `internal`: where the details are in the server’s log.',
    example: 'b7a2c9d0-1d4e-4f7a-8a55-3c2b1a0f9e8d',
  })
  error_id?: string;
}
