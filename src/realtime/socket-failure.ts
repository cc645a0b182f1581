import { SocketFailureAck } from './socket-core-events.js';
import { SocketFailure } from './socket-gateway.js';

type Told = Omit<SocketFailure, 'event' | 'error'>;

/** A refused event, as its acknowledgement says it (protocol section 7), and the `error` event of gateways that have one. */
export function failureAck(failure: Told): SocketFailureAck {
  const { message } = failure;
  return { success: false, message, error: message, ...failureFields(failure) };
}

/** Its fields beside the message. */
export function failureFields({
  code,
  details,
  retryAfterMs,
  errorId,
}: Omit<Told, 'message'>): Omit<SocketFailureAck, 'success' | 'message' | 'error'> {
  return {
    code,
    ...(details && { details }),
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    ...(errorId !== undefined && { error_id: errorId }),
  };
}
