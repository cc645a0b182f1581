import type { Cancel } from '../../common/clock.js';
import { parseId } from '../../common/ids.js';
import type { ConversationId } from '../../common/ids.js';
import { isStorable } from '../../common/text.js';
import type { FeedSubscription } from '../../messages/feed-subscription.js';
import type { SnapshotRequest } from '../../messages/message-history.service.js';
import type { Presence } from '../../presence/presence.service.js';
import { BadHandshake } from '../../realtime/raw-gateway.js';
import type { SendsUnderWay } from './sends-under-way.js';

export const PRESENCE_MODES = ['each', 'diff', 'none'] as const;
export type PresenceMode = (typeof PRESENCE_MODES)[number];

/** What a client asks for when it connects to a conversation (protocol section 2). */
export interface StreamRequest extends SnapshotRequest {
  presence: PresenceMode;
}

/** The state of one connection to one conversation: what it asked for, and what it holds until it departs. */
export abstract class ConversationContext {
  conversationId: ConversationId | undefined;
  subscription: FeedSubscription | undefined;
  leavePresence: Presence['leave'] | undefined;
  leaveAudience: Cancel | undefined;
  /** Made when the connection first sends a message. */
  sends: SendsUnderWay | undefined;
  /** The name of the conversation's audience and presence scope; the same text each time, which is hashed once. */
  abstract readonly audience: string;

  constructor(readonly request: StreamRequest) {}
}

export const HISTORY_LIMIT = 100;
export const EPOCH_LIMIT = 128;

/** Reads `since`, `epoch`, `history` and `presence`. @throws BadHandshake */
export function readStreamRequest(query: URLSearchParams): StreamRequest {
  const since = readNumber(query, 'since', Number.MAX_SAFE_INTEGER);
  const history = readNumber(query, 'history', HISTORY_LIMIT);
  const epoch = query.get('epoch') ?? undefined;
  if (epoch !== undefined && epoch.length > EPOCH_LIMIT) throw new BadHandshake('epoch is too long');
  if (epoch !== undefined && !isStorable(epoch)) throw new BadHandshake('epoch must not hold NUL');
  const presence = PRESENCE_MODES.find((mode) => mode === (query.get('presence') ?? 'each'));
  if (presence === undefined) throw new BadHandshake(`presence must be one of ${PRESENCE_MODES.join(', ')}`);
  return { since, history, epoch, presence };
}

/** @throws BadHandshake when it is no UUID */
export function readPathId<Id extends NonNullable<ReturnType<typeof parseId>>>(
  value: string | undefined,
  name: string,
): Id {
  const id = parseId(value);
  if (id === undefined) throw new BadHandshake(`${name} must be a UUID`);
  return id as unknown as Id;
}

function readNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new BadHandshake(`${name} must be a whole number from 0 to ${most}`);
  return value;
}
