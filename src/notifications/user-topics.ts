import type { GroupId, UserId } from '../common/ids.js';

/** What a user's devices listen to, on whatever node they are. */
export function userTopic(userId: UserId): string {
  return `user:${userId}`;
}

/** What the nodes with devices of a group's members listen to: where the group's logs stand. */
export function activityTopic(groupId: GroupId): string {
  return `activity:${groupId}`;
}
