import { Injectable } from '@nestjs/common';
import { ChannelsService } from '../../channels/channels.service.js';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { toChannelMessage } from '../../messages/dto/message.dto.js';
import type { Roster, Transition } from '../../presence/roster.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import type { Frame, FrameRun } from '../../realtime/wire.js';
import type { ConversationId } from '../../common/ids.js';
import { ChangeFrames } from '../shared/change-frames.js';
import { channelAudience } from '../shared/channel-presence.js';
import type { PresenceMode } from '../shared/conversation-context.js';
import type { ConversationDialect, PresenceDialect } from '../shared/conversation-dialect.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { EncodeOnce } from '../shared/encode-once.js';
import type { ChannelConnection } from './channel.context.js';
import type * as shapes from './channel.event-shapes.js';
import { OnlineUsersFrames } from './online-users-frames.js';
import { changeFrames, diffFrame, eachFrames, messageEvent } from './channel.events.js';

/** Who may connect to a channel, and the first frames that they get (protocol section 2). */
@Injectable()
export class ChannelAdmission {
  private readonly changes = new ChangeFrames(changeFrames);
  private readonly each = new EncodeOnce<readonly Transition[], FrameRun>();
  private readonly diffs = new EncodeOnce<readonly Transition[], Frame | undefined>();
  private readonly crowds = new EncodeOnce<Roster, Frame>();
  private readonly online = new OnlineUsersFrames();

  constructor(
    private readonly channels: ChannelsService,
    private readonly stream: ConversationStream,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws AdmissionRefused 4403: not a member, or no such channel */
  async admit(connection: ChannelConnection): Promise<void> {
    const { context, userId } = connection;
    context.channelType = await this.channels.findTypeForMember(context.channelId, userId);
    if (context.channelType === undefined) throw new AdmissionRefused(CloseCode.Forbidden, 'not allowed');
    await this.stream.open(connection, context.channelId, this.dialectOf(connection));
  }

  private dialectOf({ id, user, context: { channelId, request } }: ChannelConnection): ConversationDialect {
    const presence = this.presenceOf(channelId, request.presence);
    return {
      audience: channelAudience(channelId),
      greeting: (roster) => this.online.frame(channelId, roster),
      connected: ({ lastSeq, epoch }) =>
        ({
          type: 'connected',
          connection_id: id,
          user_id: user.userId,
          username: user.username,
          channel_id: channelId,
          last_seq: lastSeq,
          epoch,
          heartbeat_interval_ms: this.settings.WS_HEARTBEAT_INTERVAL_MS,
          server_time: this.clock.date().toISOString(),
        }) satisfies shapes.ChannelConnectedEvent,
      history: ({ messages, hasMore }) =>
        ({
          type: 'history',
          channel_id: channelId,
          messages: messages.map(toChannelMessage),
          has_more: hasMore,
        }) satisfies shapes.ChannelHistoryEvent,
      replayed: messageEvent,
      resumed: ({ from, complete }, lastSeq) =>
        ({
          type: 'resumed',
          channel_id: channelId,
          from_seq: from,
          last_seq: lastSeq,
          complete,
        }) satisfies shapes.ChannelResumedEvent,
      changes: this.changes,
      ...(presence && { presence }),
    };
  }

  private presenceOf(channelId: ConversationId, mode: PresenceMode): PresenceDialect | undefined {
    if (mode === 'none') return undefined;
    if (mode === 'each')
      return {
        changed: (transitions, from) => this.each.of(transitions, (all) => eachFrames(channelId, all)).from(from),
        crowd: (roster) => this.crowds.of(roster, () => this.online.frame(channelId, roster)),
      };
    return {
      changed: (transitions, from) =>
        from === 0
          ? this.diffs.of(transitions, (all) => diffFrame(channelId, all))
          : diffFrame(channelId, transitions.slice(from)),
    };
  }
}
