import { Injectable } from '@nestjs/common';
import { ChannelsService } from '../../channels/channels.service.js';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import type { ConversationDialect } from '../shared/conversation-dialect.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { ChannelCalls } from './channel.calls.js';
import type { ChannelConnection, ChannelSeat } from './channel.context.js';
import { ChannelDialect, ChannelFrames } from './channel.dialect.js';

/** Who may connect to a channel (protocol section 2). */
@Injectable()
export class ChannelAdmission {
  /** What the seats of all channels share. */
  readonly frames: ChannelFrames;

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
    if (!(await this.seat(connection, new ChannelDialect(connection, this.frames))))
      throw new AdmissionRefused(CloseCode.Forbidden, 'not allowed');
  }

  /** False: not a member, or no such channel. */
  async seat(seat: ChannelSeat, dialect: ConversationDialect): Promise<boolean> {
    const { context, userId } = seat;
    context.channelType = await this.channels.findTypeForMember(context.channelId, userId);
    if (context.channelType === undefined) return false;
    if (context.channelType !== 'TEXT') context.leaveCallAudience = await this.calls.attend(seat);
    await this.stream.open(seat, context.channelId, dialect);
    return true;
  }
}
