import { Injectable } from '@nestjs/common';
import type { UserId } from '../../common/ids.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { MessageState } from '../message.js';

const MORE = `
  INSERT INTO read_states AS r (conversation_id, user_id, last_read_seq, mention_count)
  SELECT $1, u.id, $2::bigint - 1, 1 FROM unnest($3::uuid[]) AS u (id) ORDER BY u.id
  ON CONFLICT (conversation_id, user_id)
    DO UPDATE SET mention_count = r.mention_count + 1 WHERE r.last_read_seq < $2`;
const LESS = `
  UPDATE read_states SET mention_count = mention_count - 1
   WHERE conversation_id = $1 AND last_read_seq < $2 AND user_id = ANY ($3) AND mention_count > 0`;

/** How often each member was mentioned in what they have not read: changed in the transaction that changes the message. */
@Injectable()
export class MentionCounts {
  /** A message's mentions are other ones from now on; nobody mentions themselves. */
  async change(
    tx: Tx,
    { conversationId, seq, senderId, mentions }: MessageState,
    now: readonly UserId[],
  ): Promise<void> {
    const more = now.filter((id) => id !== senderId && !mentions.includes(id));
    const less = mentions.filter((id) => id !== senderId && !now.includes(id));
    if (more.length > 0) await tx.query(MORE, [conversationId, seq, more]);
    if (less.length > 0) await tx.query(LESS, [conversationId, seq, less]);
  }
}
