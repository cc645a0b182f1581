import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { DmsModule } from '../dms/dms.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { ChannelAdmission } from './channel/channel.admission.js';
import { ChannelGateway } from './channel/channel.gateway.js';
import { DmAdmission } from './dm/dm.admission.js';
import { DmGateway } from './dm/dm.gateway.js';
import { ConversationStream } from './shared/conversation-stream.js';
import { SocketCloser } from './shared/socket-closer.js';

@Module({
  imports: [ChannelsModule, DmsModule, MessagesModule, PresenceModule, SignalingModule],
  providers: [ConversationStream, SocketCloser, ChannelAdmission, ChannelGateway, DmAdmission, DmGateway],
})
export class GatewaysModule {}
