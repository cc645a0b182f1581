import { HttpException, HttpStatus } from '@nestjs/common';
import { DomainError, ErrorCode } from '../../common/domain-error.js';
import { CloseCode } from '../close-codes.js';
import { AdmissionRefused, BadHandshake } from '../raw-gateway.js';
import { ErrorEvent } from '../core-messages.js';
import { Shape } from '../wire.js';

/** Every code, and the close code of a connection that is refused with it (protocol section 1.2). */
const CLOSE_CODE_OF: Record<ErrorCode, CloseCode> = {
  bad_json: CloseCode.BadRequest,
  unknown_type: CloseCode.BadRequest,
  validation_failed: CloseCode.BadRequest,
  auth_required: CloseCode.Unauthenticated,
  invalid_token: CloseCode.Unauthenticated,
  expired_token: CloseCode.Unauthenticated,
  invalid_credentials: CloseCode.Unauthenticated,
  forbidden: CloseCode.Forbidden,
  not_found: CloseCode.Forbidden,
  target_not_found: CloseCode.Forbidden,
  room_full: CloseCode.Forbidden,
  room_locked: CloseCode.Forbidden,
  conflict: CloseCode.Replaced,
  too_large: CloseCode.TooLarge,
  unavailable: CloseCode.Overloaded,
  rate_limited: CloseCode.Flooding,
  internal: CloseCode.Internal,
};

export function closeCodeOf(error: unknown): CloseCode {
  if (error instanceof AdmissionRefused) return error.closeCode;
  if (error instanceof BadHandshake) return CloseCode.BadRequest;
  return error instanceof DomainError ? CLOSE_CODE_OF[error.code] : CloseCode.Internal;
}

/** The error frame for what a handler threw; undefined when it is a fault of ours, which the caller logs. */
export function errorEventOf(error: unknown): Shape<ErrorEvent> | undefined {
  if (error instanceof DomainError) return domainErrorEvent(error);
  // Nest's guards and pipes speak HTTP.
  if (error instanceof HttpException) return httpErrorEvent(error);
  return undefined;
}

function domainErrorEvent(error: DomainError): Shape<ErrorEvent> {
  return {
    type: 'error',
    code: error.code,
    message: error.message,
    ...(error.details && { details: error.details }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
  };
}

function httpErrorEvent(error: HttpException): Shape<ErrorEvent> | undefined {
  const codes: Partial<Record<number, ErrorCode>> = {
    [HttpStatus.BAD_REQUEST]: 'validation_failed',
    [HttpStatus.UNAUTHORIZED]: 'auth_required',
    [HttpStatus.FORBIDDEN]: 'forbidden',
    [HttpStatus.NOT_FOUND]: 'not_found',
    [HttpStatus.CONFLICT]: 'conflict',
    [HttpStatus.TOO_MANY_REQUESTS]: 'rate_limited',
    [HttpStatus.SERVICE_UNAVAILABLE]: 'unavailable',
  };
  const code = codes[error.getStatus()];
  return code && { type: 'error', code, message: error.message };
}
