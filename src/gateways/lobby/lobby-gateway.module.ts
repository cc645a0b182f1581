import { Module } from '@nestjs/common';
import { LobbyModule } from '../../lobby/lobby.module.js';
import { LobbyAdmission } from './lobby.admission.js';
import { LobbyGateway } from './lobby.gateway.js';

@Module({
  imports: [LobbyModule],
  providers: [LobbyAdmission, LobbyGateway],
})
export class LobbyGatewayModule {}
