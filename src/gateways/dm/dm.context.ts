import type { CallFacts } from '../../common/domain-events.js';
import type { CallId, UserId } from '../../common/ids.js';
import type { DmView } from '../../dms/dm.js';
import type { Connection } from '../../realtime/connection.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import { ConversationContext, readPathId, readStreamRequest } from '../shared/conversation-context.js';
import type { Seat } from '../shared/seat.js';

/** A connection to a direct conversation. */
export class DmContext extends ConversationContext {
  /** The latest call that it was told of, and how far that had come. */
  toldOfCall: { callId: CallId; progress: number } | undefined;
  /** What happens to calls before it has been greeted, which it is told after that. */
  callsHeld: CallFacts[] | undefined;
  private admitted: { dm: DmView; audience: string } | undefined;

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
    return this.requireAdmitted().dm;
  }

  get audience(): string {
    return this.requireAdmitted().audience;
  }

  admitTo(dm: DmView): void {
    this.admitted = { dm, audience: `dm:${dm.conversationId}` };
  }

  private requireAdmitted(): { dm: DmView; audience: string } {
    if (this.admitted === undefined) throw new Error('The connection is not admitted yet.');
    return this.admitted;
  }
}

export type DmConnection = Connection<DmContext>;
export type DmSeat = Seat<DmContext>;
