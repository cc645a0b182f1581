import { Module } from '@nestjs/common';
import { LobbyController } from './http/lobby.controller.js';
import { LobbyChats } from './internal/lobby-chats.js';
import { Lobbies } from './lobbies.js';
import { LobbyMessageRepository } from './persistence/lobby-message.repository.js';

@Module({
  controllers: [LobbyController],
  providers: [LobbyMessageRepository, LobbyChats, Lobbies],
  exports: [Lobbies],
})
export class LobbyModule {}
