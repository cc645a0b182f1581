import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { ChannelsService } from './channels.service.js';
import { ChannelsController } from './http/channels.controller.js';
import { ChannelRepository } from './persistence/channel.repository.js';

@Module({
  imports: [ConversationsModule, GroupsModule],
  controllers: [ChannelsController],
  providers: [ChannelRepository, ChannelsService],
  exports: [ChannelsService],
})
export class ChannelsModule {}
