import type { ConversationId, GroupId } from '../common/ids.js';

export type ConversationKind = 'channel' | 'dm';

/** Where a log stands. */
export interface ConversationHead {
  /** The number of its latest change; 0 when there is none. */
  lastSeq: number;
  /** Grows with every removal and role change in its group. */
  membershipVersion: number;
}

/** A log, whoever it belongs to. */
export interface ConversationView extends ConversationHead {
  id: ConversationId;
  kind: ConversationKind;
  /** The group whose members may read it; null for a DM. */
  groupId: GroupId | null;
}
