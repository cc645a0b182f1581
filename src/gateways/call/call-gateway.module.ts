import { Module } from '@nestjs/common';
import { GroupsModule } from '../../groups/groups.module.js';
import { SignalingModule } from '../../signaling/signaling.module.js';
import { CallGateway } from './call.gateway.js';
import { CallGroups } from './call.groups.js';
import { CallRooms } from './call.rooms.js';

@Module({ imports: [GroupsModule, SignalingModule], providers: [CallGateway, CallGroups, CallRooms] })
export class CallGatewayModule {}
