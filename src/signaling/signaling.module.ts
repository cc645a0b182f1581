import { Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { UsersModule } from '../users/users.module.js';
import { CallsController, MeetingsController, RoomsController } from './http/rooms.controllers.js';
import { IceServersController } from './http/ice-servers.controller.js';
import { IceServers } from './ice-servers.js';
import { OwnedRooms } from './internal/owned-rooms.js';
import { RoomAccessWatch } from './internal/room-access-watch.js';
import { Meetings } from './meetings.service.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { RoomAccess } from './room-access.js';
import { RoomModerationService } from './room-moderation.service.js';
import { RoomOverviewService } from './room-overview.service.js';
import { RoomRulesService } from './room-rules.service.js';
import { SignalingRooms } from './signaling-rooms.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [GroupsModule, PresenceModule, UsersModule],
  controllers: [RoomsController, MeetingsController, CallsController, IceServersController],
  providers: [
    SignalingRooms,
    SignalingService,
    RoomRuleRepository,
    RoomAccess,
    RoomAccessWatch,
    OwnedRooms,
    RoomRulesService,
    RoomModerationService,
    RoomOverviewService,
    Meetings,
    IceServers,
  ],
  exports: [SignalingRooms, SignalingService, RoomAccess, Meetings],
})
export class SignalingModule {}
