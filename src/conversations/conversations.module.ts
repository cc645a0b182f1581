import { Module } from '@nestjs/common';
import { ConversationsService } from './conversations.service.js';
import { EpochReader } from './epoch-reader.js';
import { LogMembershipFence } from './log-membership-fence.js';
import { ConversationRepository } from './persistence/conversation.repository.js';

@Module({
  providers: [ConversationRepository, ConversationsService, EpochReader, LogMembershipFence],
  exports: [ConversationsService, EpochReader, LogMembershipFence],
})
export class ConversationsModule {}
