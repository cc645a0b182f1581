import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { SignalingRooms } from './signaling-rooms.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [PresenceModule],
  providers: [SignalingRooms, SignalingService],
  exports: [SignalingRooms, SignalingService],
})
export class SignalingModule {}
