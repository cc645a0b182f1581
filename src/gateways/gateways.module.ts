import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { DmsModule } from '../dms/dms.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { UsersModule } from '../users/users.module.js';
import { UnreadsModule } from '../unreads/unreads.module.js';
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
import { ChangeActions } from './shared/change-actions.js';
import { ChannelPresence } from './shared/channel-presence.js';
import { ConversationStream } from './shared/conversation-stream.js';
import { EpochWatch } from './shared/epoch-watch.js';
import { ReadNotices } from './shared/read-notices.js';
import { SenderNames } from './shared/sender-names.js';
import { SocketCloser } from './shared/socket-closer.js';
import { UserCalls } from './user/user.calls.js';
import { UserCommunity } from './user/user.community.js';
import { UserDevices } from './user/user.devices.js';
import { UserGateway } from './user/user.gateway.js';
import { UserSubscriptions } from './user/user.subscriptions.js';
import { GroupPresenceController } from './user/http/group-presence.controller.js';

@Module({
  imports: [
    CallsModule,
    ChannelsModule,
    ConversationsModule,
    DmsModule,
    GroupsModule,
    MessagesModule,
    PresenceModule,
    SignalingModule,
    UnreadsModule,
    CallGatewayModule,
    MeetingGatewayModule,
    RoomGatewayModule,
    LobbyGatewayModule,
    LiveGatewayModule,
    UsersModule,
  ],
  controllers: [ChannelPresenceController, GroupPresenceController],
  providers: [
    ChangeActions,
    ChannelPresence,
    ConversationStream,
    SocketCloser,
    EpochWatch,
    SenderNames,
    ReadNotices,
    ChannelActions,
    ChannelAdmission,
    ChannelCalls,
    ChannelGateway,
    DmActions,
    DmAdmission,
    DmCalls,
    DmRelay,
    DmGateway,
    UserDevices,
    UserCommunity,
    UserCalls,
    UserSubscriptions,
    UserGateway,
  ],
})
export class GatewaysModule {}
