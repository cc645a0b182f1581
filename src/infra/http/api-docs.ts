import { applyDecorators, Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ErrorCode, FieldProblem } from '../../common/domain-error.js';
import { ProblemDto } from './problem.dto.js';
import { problem } from './problem.js';

/** For a property that takes any JSON: said in full, because without a type Swagger makes it an object. */
export const ANY_JSON = {
  anyOf: [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'null' },
  ],
};

type Documented = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503;

const ANSWERS: Record<Documented, { when: string; code: ErrorCode; detail: string }> = {
  400: {
    when: 'The body is not JSON (`bad_json`), or a field, parameter or cursor is not valid (`validation_failed`).',
    code: 'validation_failed',
    detail: 'Some fields are not valid.',
  },
  401: {
    when: 'There is no access token, or it is not valid (`invalid_token`) or too old (`expired_token`).',
    code: 'auth_required',
    detail: 'This needs a valid access token.',
  },
  403: { when: 'The caller may not do this.', code: 'forbidden', detail: 'You may not do this.' },
  404: {
    when: 'There is no such thing, or the caller may not know of it: which of the two is not told.',
    code: 'not_found',
    detail: 'There is no such thing, or you may not know of it.',
  },
  409: { when: 'The present state does not allow it.', code: 'conflict', detail: 'This name is taken.' },
  413: { when: 'The body is too large.', code: 'too_large', detail: 'The body is over 262144 bytes.' },
  415: {
    when: 'The body is not of the media type that this takes.',
    code: 'validation_failed',
    detail: 'The body must be application/json in UTF-8.',
  },
  429: {
    when: 'Too many requests; `Retry-After` says when to come back.',
    code: 'rate_limited',
    detail: 'Too many requests; slow down.',
  },
  500: { when: 'Our fault.', code: 'internal', detail: 'Something went wrong on our side; it has been logged.' },
  503: {
    when: 'The database is away for a moment; `Retry-After` says when to come back.',
    code: 'unavailable',
    detail: 'The service is not available for a moment; try again.',
  },
};

/** Documents error answers, with an example each. A text in place of the usual sentence: `@ApiProblems(401, { 409: 'The name is taken.' })`. */
export function ApiProblems(
  ...answers: (Documented | Partial<Record<Documented, string>>)[]
): MethodDecorator & ClassDecorator {
  const described = answers.flatMap((answer): [Documented, string?][] =>
    typeof answer === 'number'
      ? [[answer]]
      : Object.entries(answer).map(([status, when]) => [Number(status) as Documented, when]),
  );
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...described.map(([status, when]) => ApiResponse({ status, ...problemAnswer(status, when) })),
  );
}

/** An error answer as OpenAPI describes it. */
export function problemAnswer(status: Documented, description = ANSWERS[status].when): ProblemAnswer {
  const { code, detail } = ANSWERS[status];
  const example = {
    ...problem(status, code, detail),
    ...(code === 'validation_failed' && { errors: [wrongField(status)] }),
    ...((status === 429 || status === 503) && { retry_after_ms: 1000 }),
    request_id: '6f1f7d3e-52d4-4d0e-9a3b-0f6a1d2c3b4a',
  };
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) }, example } },
  };
}

function wrongField(status: Documented): FieldProblem {
  return status === 415
    ? { field: 'Content-Type', problems: ['must be application/json, in UTF-8'] }
    : { field: 'name', problems: ['name must be a string'] };
}

interface ProblemAnswer {
  description: string;
  content: { 'application/problem+json': { schema: { $ref: string }; example: object } };
}

/** Documents a 200 answer that is a page of `item` (see `Page`). */
export function ApiPage(item: Type, description: string): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description,
      schema: {
        type: 'object',
        required: ['items', 'next_cursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          next_cursor: {
            type: 'string',
            nullable: true,
            description: 'Give it as `cursor` to get the next page; null: this is the last.',
            example: null,
          },
        },
      },
    }),
  );
}
