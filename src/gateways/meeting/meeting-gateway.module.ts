import { Module } from '@nestjs/common';
import { SignalingModule } from '../../signaling/signaling.module.js';
import { MeetingEntrance } from './meeting.entrance.js';
import { MeetingFrames } from './meeting.frames.js';
import { MeetingGateway } from './meeting.gateway.js';

@Module({
  imports: [SignalingModule],
  providers: [MeetingFrames, MeetingEntrance, MeetingGateway],
})
export class MeetingGatewayModule {}
