import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { IceServersController } from './http/ice-servers.controller.js';
import { IceServers } from './ice-servers.js';
import { SignalingService } from './signaling.service.js';

@Module({
  imports: [PresenceModule],
  controllers: [IceServersController],
  providers: [SignalingService, IceServers],
  exports: [SignalingService],
})
export class SignalingModule {}
