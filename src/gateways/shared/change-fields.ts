import type { Change, MessageState } from '../../messages/message.js';
import type { Shape } from '../../realtime/wire.js';
import type { DeletedFields, ReactionFields } from './event-shapes.js';

export function deletedFields({ id, seq, rev, deletedBy, deletedAt }: MessageState): Shape<DeletedFields> {
  return { id, seq, rev, deleted_by: deletedBy, deleted_at: deletedAt ?? '' };
}

/** Of a reaction that is told as it happens; undefined for any other change. */
export function reactionFields({
  rev,
  message,
  cause,
}: Change): (Shape<ReactionFields> & { type: 'reaction_added' | 'reaction_removed' }) | undefined {
  if (cause?.kind !== 'reaction_added' && cause?.kind !== 'reaction_removed') return undefined;
  const { kind: type, emoji, by, username, count } = cause;
  return { type, message_id: message.id, emoji, user_id: by, username, count, rev };
}
