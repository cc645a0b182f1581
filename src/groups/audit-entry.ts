import type { AuditEntryId, ConversationId, GroupId, MessageId, UserId } from '../common/ids.js';

export const AUDIT_ACTIONS = [
  'group_updated',
  'group_transferred',
  'member_removed',
  'member_role_changed',
  'user_banned',
  'user_unbanned',
  'invite_created',
  'invite_revoked',
  'channel_created',
  'channel_updated',
  'channel_deleted',
  'message_deleted',
  'message_pinned',
  'message_unpinned',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What there is to say besides, as flat JSON. */
export type AuditDetails = Record<string, string | number | null>;

/** What somebody did with the power of their role. */
export interface AuditNote {
  groupId: GroupId;
  actorId: UserId;
  action: AuditAction;
  targetUserId?: UserId | undefined;
  /** The channel or message that it was done to. */
  targetId?: ConversationId | MessageId | undefined;
  details?: AuditDetails | undefined;
}

export interface AuditEntryView {
  id: AuditEntryId;
  actorId: UserId;
  actorUsername: string;
  action: AuditAction;
  targetUserId: UserId | null;
  targetUsername: string | null;
  targetId: string | null;
  details: AuditDetails;
  createdAt: Date;
}
