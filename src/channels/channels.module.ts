import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { ChannelsService } from './channels.service.js';
import { ChannelRepository } from './persistence/channel.repository.js';

@Module({
  imports: [ConversationsModule, GroupsModule],
  providers: [ChannelRepository, ChannelsService],
  exports: [ChannelsService],
})
export class ChannelsModule {}
