import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { RoomRuleRepository } from './persistence/room-rule.repository.js';
import { RoomAccess } from './room-access.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [PresenceModule],
  providers: [SignalingService, RoomRuleRepository, RoomAccess],
  exports: [SignalingService, RoomAccess],
})
export class SignalingModule {}
