import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { IceServersController } from './http/ice-servers.controller.js';
import { IceServers } from './ice-servers.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { RoomAccess } from './room-access.js';
import { SignalingRooms } from './signaling-rooms.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [PresenceModule],
  controllers: [IceServersController],
  providers: [SignalingRooms, SignalingService, RoomRuleRepository, RoomAccess, IceServers],
  exports: [SignalingRooms, SignalingService, RoomAccess],
})
export class SignalingModule {}
