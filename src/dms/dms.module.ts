import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { UsersModule } from '../users/users.module.js';
import { DmsService } from './dms.service.js';
import { DmRepository } from './persistence/dm.repository.js';

@Module({
  imports: [ConversationsModule, UsersModule],
  providers: [DmsService, DmRepository],
  exports: [DmsService],
})
export class DmsModule {}
