import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../common/ids.js';
import { ConversationFeed } from './conversation-feed.js';
import { LogWriter } from './internal/log-writer.js';
import type { MessageDraft, Sent } from './message.js';

/** Writes messages to the logs. REST and sockets share it, so both have the same effect (protocol section 8). */
@Injectable()
export class MessagesService {
  constructor(
    private readonly writer: LogWriter,
    private readonly feed: ConversationFeed,
  ) {}

  /**
   * Commits the message, then tells everyone; a repeated nonce tells nobody and gives the first message again.
   * @throws NoAccess, ConversationNotFound, NonceReused, RateLimited (slow mode), Unavailable
   */
  async send(senderId: UserId, conversationId: ConversationId, { content, nonce }: MessageDraft): Promise<Sent> {
    const draft = { content: content.trim(), nonce: nonce?.trim() };
    const { message, duplicate, membershipVersion } = await this.writer.write({ senderId, conversationId, draft });
    if (!duplicate) this.feed.announce(conversationId, [{ rev: message.rev, membershipVersion, message }]);
    return { message, duplicate };
  }
}
