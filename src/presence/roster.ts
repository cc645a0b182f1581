import type { Member } from '../cluster/cluster.js';
import type { UserId } from '../common/ids.js';

/** Most users that a roster names; `total` counts them all (protocol section 2). */
export const ROSTER_LIMIT = 1000;

export interface OnlineUser {
  userId: UserId;
  username: string;
}

/** One user who came, or whose last connection went. */
export interface Transition extends OnlineUser {
  kind: 'joined' | 'left';
}

/** Who is online in a scope: each user once, in the order of coming. */
export interface Roster {
  users: readonly OnlineUser[];
  total: number;
  /** The backplane is away: the list may be out of date. */
  stale: boolean;
}

/** The roster of a scope that is being watched. */
export interface LiveRoster extends Roster {
  /**
   * The ids of `users` as the items of a JSON array, without its brackets: of a thousand they would be most of what an
   * arrival costs, if each made them anew.
   */
  idItems: string;
}

/** What an entry of a presence set holds. */
export function userOf(member: Member): OnlineUser {
  const { user_id, username } = member.data as { user_id: UserId; username: string };
  return { userId: user_id, username };
}

export function rosterOf(members: readonly Member[], stale: boolean): Roster {
  const seen = new Set<UserId>();
  const users: OnlineUser[] = [];
  for (const member of members) {
    const { user_id } = member.data as { user_id: UserId };
    if (seen.has(user_id)) continue;
    seen.add(user_id);
    if (users.length < ROSTER_LIMIT) users.push(userOf(member));
  }
  return { users, total: seen.size, stale };
}
