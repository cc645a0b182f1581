import { Injectable } from '@nestjs/common';
import type { ConversationId, MessageId, UserId } from '../common/ids.js';
import { LogWriter } from './internal/log-writer.js';
import type { MessageDraft, Sent } from './message.js';

/** A message that is being written. */
export interface Sending {
  id: MessageId;
  sent: Promise<Sent>;
}

/** Writes messages to the logs. REST and sockets share it, so both have the same effect (protocol section 8). */
@Injectable()
export class MessagesService {
  constructor(private readonly writer: LogWriter) {}

  /**
   * Commits the message, then tells everyone; a repeated nonce tells nobody and gives the first message again.
   * @throws NoAccess, NonceReused, RateLimited (slow mode), Blocked, MessageNotFound (of a reply), AttachmentNotFound, Unavailable
   */
  send(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Promise<Sent> {
    return this.begin(senderId, conversationId, draft).sent;
  }

  /**
   * As `send`, and at once the id that the message will have, unless its nonce is a repeated one. Those of one sender in
   * one conversation are committed, or refused, in the order of the calls, also while earlier ones are under way.
   */
  begin(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Sending {
    return this.writer.begin({ senderId, conversationId, draft: trimmed(draft) });
  }

  /** As `send`; the id of a direct conversation, which is a log's too, names no channel. */
  sendToChannel(senderId: UserId, conversationId: ConversationId, draft: MessageDraft): Promise<Sent> {
    return this.writer.write({ senderId, conversationId, kind: 'channel', draft: trimmed(draft) });
  }
}

function trimmed(draft: MessageDraft): MessageDraft {
  return { ...draft, content: draft.content.trim(), nonce: draft.nonce?.trim() };
}
