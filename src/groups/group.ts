import type { GroupId, UserId } from '../common/ids.js';
import type { Role } from './role.js';

/** A group as one of its members sees it. */
export interface GroupView {
  id: GroupId;
  name: string;
  description: string;
  ownerId: UserId;
  /** The caller's. */
  role: Role;
  /** When the caller joined. */
  joinedAt: Date;
  memberCount: number;
  createdAt: Date;
  updatedAt: Date;
}

/** That a user belongs to a group. */
export interface Membership {
  groupId: GroupId;
  userId: UserId;
}

export interface MemberView {
  userId: UserId;
  username: string;
  role: Role;
  joinedAt: Date;
}

export interface InviteView {
  code: string;
  groupId: GroupId;
  createdBy: UserId;
  expiresAt: Date | null;
  /** null: any number. */
  maxUses: number | null;
  uses: number;
  createdAt: Date;
}

export interface BanView {
  userId: UserId;
  username: string;
  bannedBy: UserId;
  reason: string;
  createdAt: Date;
}
