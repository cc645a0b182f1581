import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { DmsModule } from '../dms/dms.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { ConversationFeed } from './conversation-feed.js';
import { ChannelMessagesController } from './http/channel-messages.controller.js';
import { DmsController } from './http/dms.controller.js';
import { MessageController } from './http/message.controller.js';
import { PinsController } from './http/pins.controller.js';
import { ReactionsController } from './http/reactions.controller.js';
import { WireMessages } from './http/wire-messages.js';
import { ConversationAccess } from './internal/conversation-access.js';
import { LogMetrics } from './internal/log-metrics.js';
import { LogSource } from './internal/log-source.js';
import { LogWriter } from './internal/log-writer.js';
import { LogEntries } from './log-entries.js';
import { MessageChanges } from './message-changes.service.js';
import { MessageDetails } from './message-details.service.js';
import { MessageHistoryService } from './message-history.service.js';
import { MessagesService } from './messages.service.js';
import { LogEntryRepository } from './persistence/log-entry.repository.js';
import { LogPositions } from './persistence/log-positions.js';
import { LogRepository } from './persistence/log.repository.js';
import { LogAppend } from './persistence/log-append.js';
import { MentionCounts } from './persistence/mention-counts.js';
import { MessageChangeRepository } from './persistence/message-change.repository.js';
import { MessageDetailRepository } from './persistence/message-detail.repository.js';
import { MessageRepository } from './persistence/message.repository.js';
import { ReactionRepository } from './persistence/reaction.repository.js';

@Module({
  imports: [GroupsModule, ConversationsModule, ChannelsModule, DmsModule],
  controllers: [ChannelMessagesController, DmsController, MessageController, ReactionsController, PinsController],
  providers: [
    MessagesService,
    MessageHistoryService,
    MessageChanges,
    MessageDetails,
    LogEntries,
    LogEntryRepository,
    ConversationFeed,
    ConversationAccess,
    LogMetrics,
    LogSource,
    LogWriter,
    LogRepository,
    LogPositions,
    LogAppend,
    MessageRepository,
    MessageChangeRepository,
    MessageDetailRepository,
    MentionCounts,
    ReactionRepository,
    WireMessages,
  ],
  exports: [MessagesService, MessageChanges, MessageHistoryService, LogEntries, ConversationFeed],
})
export class MessagesModule {}
