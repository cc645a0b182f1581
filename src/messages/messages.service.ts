import { Injectable } from '@nestjs/common';
import type { ConversationId, UserId } from '../common/ids.js';
import { LogWriter } from './internal/log-writer.js';
import type { MessageDraft, Sent } from './message.js';

/** Writes messages to the logs. REST and sockets share it, so both have the same effect (protocol section 8). */
@Injectable()
export class MessagesService {
  constructor(private readonly writer: LogWriter) {}

  /**
   * Commits the message, then tells everyone; a repeated nonce tells nobody and gives the first message again.
   * @throws NoAccess, NonceReused, RateLimited (slow mode), Unavailable
   */
  send(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Promise<Sent> {
    return this.writer.write({ senderId, conversationId, draft: trimmed(draft) });
  }

  /** As `send`; the id of a direct conversation, which is a log's too, names no channel. */
  sendToChannel(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Promise<Sent> {
    return this.writer.write({ senderId, conversationId, kind: 'channel', draft: trimmed(draft) });
  }
}

function trimmed({ content, nonce }: MessageDraft): MessageDraft {
  return { content: content.trim(), nonce: nonce?.trim() };
}
