import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [PresenceModule],
  providers: [SignalingService],
  exports: [SignalingService],
})
export class SignalingModule {}
