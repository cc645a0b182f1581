import type { GroupId, UserId } from '../common/ids.js';

/** A user in or around a group, and who acts on them. */
export interface MemberTarget {
  actorId: UserId;
  groupId: GroupId;
  userId: UserId;
}
