import { ApiPropertyOptional } from '@nestjs/swagger';
import { EPOCH_LIMIT, HISTORY_LIMIT, PRESENCE_MODES } from './conversation-context.js';
import type { PresenceMode } from './conversation-context.js';

/** For the reference: the query parameters that `readStreamRequest` reads. */
export class ConversationQuery {
  @ApiPropertyOptional({
    description: 'The number of the last change that the client has: what it missed is replayed in order.',
    type: 'integer',
    minimum: 0,
    example: 38,
  })
  since?: number;

  @ApiPropertyOptional({
    description: 'The epoch that `since` belongs to, as `connected` gave it.',
    type: String,
    maxLength: EPOCH_LIMIT,
  })
  epoch?: string;

  @ApiPropertyOptional({
    description: 'The latest so many messages at once.',
    type: 'integer',
    minimum: 0,
    maximum: HISTORY_LIMIT,
    example: 20,
  })
  history?: number;

  @ApiPropertyOptional({
    description:
      'How arrivals and departures are told: `each` on its own, `diff` (`presence_diff`, in a channel), or `none`.',
    enum: PRESENCE_MODES,
    default: 'each',
  })
  presence?: PresenceMode;
}
