import type { GroupId, UserId } from '../common/ids.js';

/** Who may join: everyone who can connect, the members of a group, or those whom the owner has invited. */
export const ROOM_ACCESS = ['anyone', 'group', 'invitation'] as const;
export type RoomAccessRule = (typeof ROOM_ACCESS)[number];

/** What the owner has decided about one user. */
export type Standing = 'invited' | 'removed';

export interface RoomRule {
  ownerId: UserId;
  access: RoomAccessRule;
  /** With `group`; null once the group is deleted: then nobody is its member. */
  groupId: GroupId | null;
  locked: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** How a rule stands to one user. */
export interface Ruling {
  access: RoomAccessRule;
  locked: boolean;
  isOwner: boolean;
  isGroupMember: boolean;
  standing: Standing | null;
}

/** Whether the user may be in the room; a lock keeps out who comes, not who is there. */
export function allows({ access, isOwner, isGroupMember, standing }: Ruling): boolean {
  if (isOwner) return true;
  if (standing === 'removed') return false;
  switch (access) {
    case 'anyone':
      return true;
    case 'group':
      return isGroupMember;
    case 'invitation':
      return standing === 'invited';
  }
}
