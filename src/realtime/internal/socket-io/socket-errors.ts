import { randomUUID } from 'node:crypto';
import { DomainError } from '../../../common/domain-error.js';
import { SocketFailure } from '../../socket-gateway.js';
import { errorEventOf } from '../wire-errors.js';

export class UnknownEvent extends DomainError {
  readonly code = 'unknown_type';

  constructor() {
    super('There is no such event here.');
  }
}

export class BadPayload extends DomainError {
  readonly code = 'bad_json';
}

export class AuthRequired extends DomainError {
  readonly code = 'auth_required';

  constructor() {
    super('Connect with auth: { token }.');
  }
}

/** What an error is on the wire. One that is ours is named no further, and has an `errorId` for the log. */
export function failureOf(event: string, error: unknown): SocketFailure {
  const told = errorEventOf(error);
  if (told === undefined) {
    const message = 'Something went wrong on our side.';
    return { event, code: 'internal', message, errorId: randomUUID(), error };
  }
  const { code, message, details, retry_after_ms: retryAfterMs } = told;
  return {
    event,
    code,
    message,
    ...(details && { details }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    error,
  };
}
