import type { ClientConnection } from '../../realtime/client-connection.js';
import type { Connection } from '../../realtime/connection.js';
import type { ConversationContext } from './conversation-context.js';

/**
 * A place in a conversation, as whatever serves one sees it. A connection to the conversation's own gateway is one; so is
 * each subscription of a user socket, whose events go out on that socket, and whose `close` ends the subscription alone.
 */
export interface Seat<C extends ConversationContext = ConversationContext> extends Pick<
  Connection,
  'id' | 'user' | 'userId' | 'isOpen' | 'send' | 'sendFrame' | 'drained' | 'close'
> {
  readonly context: C;
  /** The connection that the client holds. */
  readonly device: ClientConnection;
}
