import { Injectable } from '@nestjs/common';
import { ChannelsService } from '../../channels/channels.service.js';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { toChannelMessage } from '../../messages/dto/message.dto.js';
import type { Change } from '../../messages/message.js';
import type { Transition } from '../../presence/roster.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import type { Frame, FrameRun } from '../../realtime/wire.js';
import { channelAudience } from '../shared/channel-presence.js';
import type { ConversationDialect } from '../shared/conversation-dialect.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { EncodeOnce } from '../shared/encode-once.js';
import type { ChannelConnection } from './channel.context.js';
import type * as shapes from './channel.event-shapes.js';
import { changeFrames, diffFrame, eachFrames, messageEvent } from './channel.events.js';

/** Who may connect to a channel, and the first frames that they get (protocol section 2). */
@Injectable()
export class ChannelAdmission {
  private readonly changes = new EncodeOnce<readonly Change[], FrameRun>(changeFrames);

  constructor(
    private readonly channels: ChannelsService,
    private readonly stream: ConversationStream,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws AdmissionRefused 4403: not a member, or no such channel */
  async admit(connection: ChannelConnection): Promise<void> {
    const { context, userId } = connection;
    const channel = await this.channels.findForMember(context.channelId, userId);
    if (channel === undefined) throw new AdmissionRefused(CloseCode.Forbidden, 'not allowed');
    context.channelType = channel.type;
    await this.stream.open(connection, context.channelId, this.dialectOf(connection));
  }

  private dialectOf({ id, user, context: { channelId, request } }: ChannelConnection): ConversationDialect {
    return {
      audience: channelAudience(channelId),
      greeting: ({ users, total, stale }) =>
        ({
          type: 'online_users',
          users: users.map(({ userId }) => userId),
          total,
          channel_id: channelId,
          ...(stale && { stale }),
        }) satisfies shapes.ChannelOnlineUsersEvent,
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
      changed: (run, from) => this.changes.of(run).from(from),
      presence: (transitions) => this.presenceFrame(channelId, request.presence, transitions),
    };
  }

  private readonly each = new WeakMap<readonly Transition[], Frame>();
  private readonly diffs = new WeakMap<readonly Transition[], Frame>();

  private presenceFrame(
    channelId: ChannelConnection['context']['channelId'],
    mode: ChannelConnection['context']['request']['presence'],
    transitions: readonly Transition[],
  ): Frame | undefined {
    if (mode === 'none') return undefined;
    const known = mode === 'each' ? this.each : this.diffs;
    const frame =
      known.get(transitions) ??
      (mode === 'each' ? eachFrames(channelId, transitions).from(0) : diffFrame(channelId, transitions));
    if (frame) known.set(transitions, frame);
    return frame;
  }
}
