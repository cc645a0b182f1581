import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { AttachmentsService } from '../../attachments/attachments.service.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel } from '../../common/clock.js';
import { ConversationFeed } from '../conversation-feed.js';

/** The files of a message go with it, at once where the node that deletes it lives on, and else with the next sweep. */
@Injectable()
export class DeletedFiles implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stop: Cancel = () => undefined;

  constructor(
    private readonly feed: ConversationFeed,
    private readonly attachments: AttachmentsService,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.feed.onCommitted((_conversationId, changes) => {
      const deleted = changes.filter(({ cause }) => cause?.kind === 'deleted').map(({ message }) => message.id);
      if (deleted.length > 0)
        this.tasks.run('delete files of messages', () => this.attachments.deleteOfMessages(deleted));
    });
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }
}
