import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { DomainError, ErrorCode, FieldProblem } from '../../common/domain-error.js';
import { UnreadableEncoding } from './body.errors.js';

/** An error as REST clients get it (RFC 9457, protocol section 8), but for the ids of the request. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  errors?: FieldProblem[];
  retry_after_ms?: number;
}

/** Exhaustive, so that a new code does not compile before REST has a status for it. */
export const STATUS_OF_CODE: Record<ErrorCode, number> = {
  bad_json: 400,
  unknown_type: 400,
  validation_failed: 400,
  auth_required: 401,
  invalid_token: 401,
  expired_token: 401,
  invalid_credentials: 401,
  forbidden: 403,
  not_found: 404,
  target_not_found: 404,
  room_full: 409,
  room_locked: 409,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};

type Refusal = Pick<Problem, 'code' | 'detail' | 'errors'>;

// What the framework refuses by itself. Its own messages quote the URL, so clients get these sentences.
const REFUSALS: Partial<Record<number, Refusal>> = {
  401: { code: 'auth_required', detail: 'This needs a valid access token.' },
  403: { code: 'forbidden', detail: 'You may not do this.' },
  404: { code: 'not_found', detail: 'There is no such route, or not with this method.' },
  409: { code: 'conflict', detail: 'The present state does not allow this.' },
  413: { code: 'too_large', detail: 'The request is too large.' },
  415: {
    code: 'validation_failed',
    detail: 'The body must be application/json in UTF-8.',
    errors: [{ field: 'Content-Type', problems: ['must be application/json, in UTF-8'] }],
  },
  429: { code: 'rate_limited', detail: 'Too many requests; slow down.' },
};
const MALFORMED: Refusal = {
  code: 'validation_failed',
  detail: 'The request is malformed.',
  errors: [{ field: 'request', problems: ['is malformed'] }],
};
const UNREADABLE_ENCODING: Refusal = {
  code: 'validation_failed',
  detail: 'The body has an encoding that this does not read.',
  errors: [{ field: 'Content-Encoding', problems: ['must be gzip, deflate, br or identity'] }],
};
const MALFORMED_PATH: Refusal = {
  code: 'validation_failed',
  detail: 'The path is malformed.',
  errors: [{ field: 'path', problems: ['must have percent-escapes of UTF-8'] }],
};

export const INTERNAL: Problem = problem(500, 'internal', 'Something went wrong on our side; it has been logged.');

/** What to tell the client, or undefined when the error is our fault and its details must stay here. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof DomainError) return problemOfDomain(error);
  const status = refusedStatus(error);
  if (status === undefined) return undefined;
  const { code, detail, errors } = refusalOf(error, status);
  return { ...problem(status, code, detail), ...(errors && { errors }) };
}

function refusalOf(error: unknown, status: number): Refusal {
  if (error instanceof UnreadableEncoding) return UNREADABLE_ENCODING;
  // Express's router cannot decode the path; Nest makes an exception of what it throws.
  if (error instanceof HttpException && error.cause instanceof URIError) return MALFORMED_PATH;
  return REFUSALS[status] ?? MALFORMED;
}

function problemOfDomain(error: DomainError): Problem | undefined {
  if (error.code === 'internal') return undefined;
  return {
    ...problem(STATUS_OF_CODE[error.code], error.code, error.message),
    ...(error.details && { errors: error.details }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
  };
}

function refusedStatus(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : statusOfHttpError(error);
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

// Express and its middleware throw errors of `http-errors`, which mark those that are the client's with `expose`.
function statusOfHttpError(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return undefined;
  return error.expose === true && typeof error.status === 'number' ? error.status : undefined;
}

export function problem(status: number, code: ErrorCode, detail: string): Problem {
  return { type: `urn:parley:problem:${code}`, title: STATUS_CODES[status] ?? 'Error', status, detail, code };
}
