import type { MessageState } from '../../messages/message.js';
import type { ErrorEvent } from '../../realtime/core-messages.js';
import type { Shape } from '../../realtime/wire.js';

/** In the place of a change that cannot be shown: the log flows on, and ours says more under the same id. */
export function unreadableEvent({ id }: MessageState): Shape<ErrorEvent> {
  return { type: 'error', code: 'internal', message: 'A change of this log cannot be shown.', error_id: id };
}
