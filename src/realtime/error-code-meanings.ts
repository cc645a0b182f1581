import { ErrorCode } from '../common/domain-error.js';

/** Codes that never come in an `error`: of `auth_error`, or of REST alone. */
type ElsewhereCode = 'invalid_token' | 'expired_token' | 'invalid_credentials' | 'too_large';

export interface ErrorCodeMeaning {
  meaning: string;
  client: string;
}

const FIX = 'Fix what is sent; the connection stays.';

/** Each code of an `error` event, when it comes and what the client should do (protocol section 1.2). */
export const ERROR_CODE_MEANINGS: Record<Exclude<ErrorCode, ElsewhereCode>, ErrorCodeMeaning> = {
  bad_json: { meaning: 'Not JSON, not an object, no string `type`, too deep, or too many keys.', client: FIX },
  unknown_type: { meaning: 'This gateway handles no such `type`.', client: FIX },
  validation_failed: { meaning: '`details` lists each field and what is wrong with it.', client: FIX },
  auth_required: { meaning: 'A message before authentication.', client: 'Send `auth_token` first.' },
  forbidden: { meaning: 'Authenticated, and not allowed.', client: 'Do not repeat it.' },
  not_found: {
    meaning: 'The thing named does not exist, or the caller may not know that it does.',
    client: 'Forget the thing.',
  },
  target_not_found: {
    meaning: 'A signal’s target is not here; `details` names it.',
    client: 'Drop the peer; offer anew when it is back.',
  },
  room_full: { meaning: 'The room is at its limit.', client: 'Try later.' },
  room_locked: { meaning: 'A meeting’s host has locked it.', client: 'Ask the host.' },
  conflict: { meaning: 'The state does not allow it.', client: 'Look at the present state, then decide.' },
  unavailable: {
    meaning: 'The database is away for a moment, or the write queue is full.',
    client: 'Send it again after `retry_after_ms`, with the same `nonce`.',
  },
  rate_limited: { meaning: 'Too many messages.', client: 'Wait `retry_after_ms`, then go on slower.' },
  internal: {
    meaning: 'Our fault; the details are in our log under `error_id`.',
    client: 'Send it again once, with the same `nonce`; then report the `error_id`.',
  },
};

/** The codes of `auth_error`; the connection closes with 4401 after it. */
export const AUTH_ERROR_CODE_MEANINGS: Record<'invalid_token' | 'expired_token', ErrorCodeMeaning> = {
  invalid_token: { meaning: 'The token or ticket is bad, used up, or its session has ended.', client: 'Sign in anew.' },
  expired_token: { meaning: 'The token has expired.', client: 'Refresh it, then reconnect.' },
};
