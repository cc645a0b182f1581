import type { UserId } from '../../common/ids.js';
import type { DmView } from '../../dms/dm.js';
import type { Connection } from '../../realtime/connection.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import { ConversationContext, readPathId, readStreamRequest } from '../shared/conversation-context.js';

/** A connection to a direct conversation. */
export class DmContext extends ConversationContext {
  private dm: DmView | undefined;

  constructor(
    readonly otherUserId: UserId,
    request: ConversationContext['request'],
  ) {
    super(request);
  }

  /** @throws BadHandshake */
  static read({ params, query }: HandshakeRequest): DmContext {
    return new DmContext(readPathId<UserId>(params['other_user_id'], 'other_user_id'), readStreamRequest(query));
  }

  /** The conversation, once admitted. */
  get conversation(): DmView {
    if (this.dm === undefined) throw new Error('The connection is not admitted yet.');
    return this.dm;
  }

  admitTo(dm: DmView): void {
    this.dm = dm;
  }
}

export type DmConnection = Connection<DmContext>;
