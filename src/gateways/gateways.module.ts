import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { DmsModule } from '../dms/dms.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { CallGatewayModule } from './call/call-gateway.module.js';
import { ChannelActions } from './channel/channel.actions.js';
import { ChannelAdmission } from './channel/channel.admission.js';
import { ChannelCalls } from './channel/channel.calls.js';
import { ChannelGateway } from './channel/channel.gateway.js';
import { ChannelPresenceController } from './channel/http/channel-presence.controller.js';
import { DmActions } from './dm/dm.actions.js';
import { DmAdmission } from './dm/dm.admission.js';
import { DmCalls } from './dm/dm.calls.js';
import { DmGateway } from './dm/dm.gateway.js';
import { MeetingGatewayModule } from './meeting/meeting-gateway.module.js';
import { DmRelay } from './dm/dm.relay.js';
import { LobbyGatewayModule } from './lobby/lobby-gateway.module.js';
import { LiveGatewayModule } from './live/live-gateway.module.js';
import { RoomGatewayModule } from './room/room-gateway.module.js';
import { ChannelPresence } from './shared/channel-presence.js';
import { ConversationStream } from './shared/conversation-stream.js';
import { EpochWatch } from './shared/epoch-watch.js';
import { SenderNames } from './shared/sender-names.js';
import { SocketCloser } from './shared/socket-closer.js';
import { GroupPresenceController } from './user/http/group-presence.controller.js';

@Module({
  imports: [
    CallsModule,
    ChannelsModule,
    ConversationsModule,
    DmsModule,
    MessagesModule,
    PresenceModule,
    SignalingModule,
    CallGatewayModule,
    MeetingGatewayModule,
    RoomGatewayModule,
    LobbyGatewayModule,
    LiveGatewayModule,
  ],
  controllers: [ChannelPresenceController, GroupPresenceController],
  providers: [
    ChannelPresence,
    ConversationStream,
    SocketCloser,
    EpochWatch,
    SenderNames,
    ChannelActions,
    ChannelAdmission,
    ChannelCalls,
    ChannelGateway,
    DmActions,
    DmAdmission,
    DmCalls,
    DmRelay,
    DmGateway,
  ],
})
export class GatewaysModule {}
