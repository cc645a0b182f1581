import { Module } from '@nestjs/common';
import { SignalingModule } from '../../signaling/signaling.module.js';
import { RoomAdmission } from './room.admission.js';
import { RoomGateway } from './room.gateway.js';

@Module({ imports: [SignalingModule], providers: [RoomAdmission, RoomGateway] })
export class RoomGatewayModule {}
