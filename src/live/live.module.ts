import { Module } from '@nestjs/common';
import { GroupsModule } from '../groups/groups.module.js';
import { LiveController } from './http/live.controller.js';
import { LiveAccess } from './internal/live-access.js';
import { LiveWriter } from './internal/live-writer.js';
import { LiveSubscriptions } from './live-subscriptions.js';
import { LiveTopics } from './live-topics.js';
import { LiveTopicRepository } from './persistence/live-topic.repository.js';

@Module({
  imports: [GroupsModule],
  controllers: [LiveController],
  providers: [LiveTopicRepository, LiveAccess, LiveWriter, LiveTopics, LiveSubscriptions],
  exports: [LiveTopics, LiveSubscriptions],
})
export class LiveModule {}
