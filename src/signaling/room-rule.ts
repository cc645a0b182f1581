/** Who may join: everyone who can connect, the members of a group, or those whom the owner has invited. */
export type RoomAccessRule = 'anyone' | 'group' | 'invitation';

/** What the owner has decided about one user. */
export type Standing = 'invited' | 'removed';

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
