import { DomainError } from '../../common/domain-error.js';
import type { SocketFailure } from '../../realtime/socket-gateway.js';
import { TargetNotFound } from '../../signaling/signaling.errors.js';

/** The codes of call rooms (protocol section 7.1), and when each is told. */
export const CALL_ERROR_MEANINGS = {
  room_not_found: 'Nobody is in the room named.',
  participant_not_found: 'The target is not in the room named.',
  not_in_room: 'The sender is not in the room named.',
  invalid_message: 'The event is unknown, or its payload is not what it should be.',
  room_full: 'The room is at its limit of participants.',
  rate_limited: 'Too many events; slow down.',
} as const;

export const CALL_ERROR_CODES = Object.keys(CALL_ERROR_MEANINGS);

type CallErrorCode = keyof typeof CALL_ERROR_MEANINGS;

/** Nobody is in the room named. */
export class CallRoomNotFound extends DomainError {
  readonly code = 'not_found';

  constructor() {
    super('There is no such call room.');
  }
}

/** The sender is not in the room named. */
export class NotInCallRoom extends DomainError {
  readonly code = 'forbidden';

  constructor() {
    super('You are not in this call room.');
  }
}

const INVALID = new Set(['validation_failed', 'bad_json', 'unknown_type']);

/** The failure in the codes of call rooms; one that they have no code for keeps its own. */
export function callFailure(failure: SocketFailure): SocketFailure {
  const code = callCodeOf(failure);
  return code === undefined ? failure : { ...failure, code };
}

function callCodeOf({ code, error }: SocketFailure): CallErrorCode | undefined {
  if (error instanceof CallRoomNotFound) return 'room_not_found';
  if (error instanceof NotInCallRoom) return 'not_in_room';
  if (error instanceof TargetNotFound) return 'participant_not_found';
  return INVALID.has(code) ? 'invalid_message' : undefined;
}
