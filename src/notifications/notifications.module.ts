import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { DmsModule } from '../dms/dms.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { Concerned } from './internal/concerned.js';
import { MessageNews } from './message-news.js';
import { Pushes } from './pushes.js';

@Module({
  imports: [ConversationsModule, DmsModule, GroupsModule, MessagesModule],
  providers: [Concerned, Pushes, MessageNews],
})
export class NotificationsModule {}
