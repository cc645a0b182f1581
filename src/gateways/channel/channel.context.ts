import type { ChannelType } from '../../channels/channel-type.js';
import type { Cancel } from '../../common/clock.js';
import type { ConversationId } from '../../common/ids.js';
import type { Connection } from '../../realtime/connection.js';
import { channelAudience } from '../shared/channel-presence.js';
import { ConversationContext, readPathId, readStreamRequest } from '../shared/conversation-context.js';
import type { HandshakeRequest } from '../../realtime/raw-gateway.js';
import type { Seat } from '../shared/seat.js';

/** A connection to a channel. */
export class ChannelContext extends ConversationContext {
  /** Set by the admission; a channel's type never changes. */
  channelType: ChannelType | undefined;
  readonly audience: string;
  /** Set in VOICE and VIDEO channels: ends what it is told of the call. */
  leaveCallAudience: Cancel | undefined;

  constructor(
    readonly channelId: ConversationId,
    request: ConversationContext['request'],
  ) {
    super(request);
    // Known before the membership is checked: a removal that commits meanwhile finds this connection and closes it.
    this.conversationId = channelId;
    this.audience = channelAudience(channelId);
  }

  /** @throws BadHandshake */
  static read({ params, query }: HandshakeRequest): ChannelContext {
    return new ChannelContext(readPathId<ConversationId>(params['channel_id'], 'channel_id'), readStreamRequest(query));
  }
}

export type ChannelConnection = Connection<ChannelContext>;
export type ChannelSeat = Seat<ChannelContext>;
