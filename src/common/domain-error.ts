/** The codes of protocol section 1.2, and those that only REST answers with. Each edge maps all of them. */
export type ErrorCode =
  | 'bad_json'
  | 'unknown_type'
  | 'validation_failed'
  | 'auth_required'
  | 'invalid_token'
  | 'expired_token'
  | 'invalid_credentials'
  | 'forbidden'
  | 'not_found'
  | 'target_not_found'
  | 'room_full'
  | 'room_locked'
  | 'conflict'
  | 'too_large'
  | 'unavailable'
  | 'rate_limited'
  | 'internal';

/** One field of a command or body, and what is wrong with it. */
export interface FieldProblem {
  field: string;
  problems: string[];
}

/**
 * What a service throws when it refuses: a code that clients act on, and a sentence for people.
 * The edges (REST, sockets) translate it; services know neither.
 */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  readonly details?: FieldProblem[];
  /** Milliseconds until the same request may succeed. */
  readonly retryAfterMs?: number;
}

export class ValidationFailed extends DomainError {
  readonly code = 'validation_failed';

  constructor(override readonly details: FieldProblem[]) {
    super('Some fields are not valid.');
  }
}

export class Forbidden extends DomainError {
  readonly code = 'forbidden';

  constructor(message = 'You may not do this.') {
    super(message);
  }
}

export class NotFound extends DomainError {
  readonly code = 'not_found';

  constructor(message = 'There is no such thing, or you may not know of it.') {
    super(message);
  }
}

export class Conflict extends DomainError {
  readonly code = 'conflict';
}

export class Unavailable extends DomainError {
  readonly code = 'unavailable';

  constructor(override readonly retryAfterMs = 1000) {
    super('The service is not available for a moment; try again.');
  }
}

export class RateLimited extends DomainError {
  readonly code = 'rate_limited';

  constructor(override readonly retryAfterMs: number) {
    super('Too many requests; slow down.');
  }
}
