import { Injectable } from '@nestjs/common';
import { ChannelsService } from '../../channels/channels.service.js';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { ChannelCalls } from './channel.calls.js';
import type { ChannelConnection } from './channel.context.js';
import { ChannelDialect, ChannelFrames } from './channel.dialect.js';

/** Who may connect to a channel (protocol section 2). */
@Injectable()
export class ChannelAdmission {
  private readonly frames: ChannelFrames;

  constructor(
    private readonly channels: ChannelsService,
    private readonly stream: ConversationStream,
    private readonly calls: ChannelCalls,
    settings: Settings,
    clock: Clock,
  ) {
    this.frames = new ChannelFrames(settings, clock);
  }

  /** @throws AdmissionRefused 4403: not a member, or no such channel */
  async admit(connection: ChannelConnection): Promise<void> {
    const { context, userId } = connection;
    context.channelType = await this.channels.findTypeForMember(context.channelId, userId);
    if (context.channelType === undefined) throw new AdmissionRefused(CloseCode.Forbidden, 'not allowed');
    if (context.channelType !== 'TEXT') context.leaveCallAudience = await this.calls.attend(connection);
    await this.stream.open(connection, context.channelId, new ChannelDialect(connection, this.frames));
  }
}
