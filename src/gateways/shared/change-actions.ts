import { Injectable } from '@nestjs/common';
import type { MessageId } from '../../common/ids.js';
import { MessageChanges } from '../../messages/message-changes.service.js';
import type { Change, MessageTarget } from '../../messages/message.js';
import type { WireEvent } from '../../realtime/wire.js';
import type { MessageCommand, MessageEditCommand, ReactionCommand } from './change-commands.js';
import { ConversationStream } from './conversation-stream.js';
import type { Seat } from './seat.js';

/**
 * What a client may do to the messages of a conversation, whichever gateway its commands come by: the `ack` comes after the
 * event itself, and at once where nothing had to change (protocol sections 1 and 2).
 */
@Injectable()
export class ChangeActions {
  constructor(
    private readonly changes: MessageChanges,
    private readonly stream: ConversationStream,
  ) {}

  edit(seat: Seat, { message_id, content }: MessageEditCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.edit(seat.userId, targetOf(seat, message_id), content));
  }

  delete(seat: Seat, { message_id }: MessageCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.delete(seat.userId, targetOf(seat, message_id)));
  }

  pin(seat: Seat, { message_id }: MessageCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.pin(seat.userId, targetOf(seat, message_id)));
  }

  unpin(seat: Seat, { message_id }: MessageCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.unpin(seat.userId, targetOf(seat, message_id)));
  }

  react(seat: Seat, { message_id, emoji }: ReactionCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.react(seat.userId, targetOf(seat, message_id), emoji));
  }

  unreact(seat: Seat, { message_id, emoji }: ReactionCommand): Promise<WireEvent> {
    return this.acknowledge(seat, this.changes.unreact(seat.userId, targetOf(seat, message_id), emoji));
  }

  private async acknowledge(seat: Seat, change: Promise<Change>): Promise<WireEvent> {
    const { message } = await change;
    return this.stream.acknowledgeEntry(seat, message);
  }
}

/** A message of another conversation is none. */
function targetOf({ context: { conversationId } }: Seat, messageId: string): MessageTarget {
  if (conversationId === undefined) throw new Error('The connection is not admitted yet.');
  return { messageId: messageId.toLowerCase() as MessageId, conversationId };
}
