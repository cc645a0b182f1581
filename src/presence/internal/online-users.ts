import type { Member, SetDelta } from '../../cluster/cluster.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import { LiveRoster, OnlineUser, ROSTER_LIMIT, Transition, userOf } from '../roster.js';
import { NamedUsers } from './named-users.js';

interface Online {
  user: OnlineUser;
  /** `leaving` ones may come back, so they count. */
  connections: Map<ConnectionId, 'open' | 'leaving'>;
}

/** The users of a scope, from what its leased set tells of connections. */
export class OnlineUsers {
  /** In the order of coming. */
  private readonly users = new Map<UserId, Online>();
  /** Made when a roster is first asked for, and again when one who was not named moves up. */
  private named: NamedUsers | undefined;

  get size(): number {
    return this.users.size;
  }

  add(entry: Member): Transition | undefined {
    const user = userOf(entry);
    const online = this.users.get(user.userId);
    const state = entry.leaving ? 'leaving' : 'open';
    if (online) {
      online.connections.set(entry.member as ConnectionId, state);
      return undefined;
    }
    this.users.set(user.userId, { user, connections: new Map([[entry.member as ConnectionId, state]]) });
    if (this.size <= ROSTER_LIMIT) this.named?.add(user);
    return { ...user, kind: 'joined' };
  }

  /** The user who came or went by this step, if one did. */
  apply({ kind, entry }: SetDelta): Transition | undefined {
    return kind === 'left' ? this.remove(entry) : this.add(entry);
  }

  connectionsOf(userId: UserId): ConnectionId[] {
    const open: ConnectionId[] = [];
    this.users.get(userId)?.connections.forEach((state, id) => {
      if (state === 'open') open.push(id);
    });
    return open;
  }

  roster(stale: boolean): LiveRoster {
    this.named ??= new NamedUsers(firstOf(this.users.values(), ROSTER_LIMIT));
    return { users: this.named.users, idItems: this.named.idItems, total: this.size, stale };
  }

  private remove(entry: Member): Transition | undefined {
    const user = userOf(entry);
    const online = this.users.get(user.userId);
    online?.connections.delete(entry.member as ConnectionId);
    if (online?.connections.size !== 0) return undefined;
    this.users.delete(user.userId);
    if (this.size < ROSTER_LIMIT) this.named?.remove(user.userId);
    else if (this.named?.has(user.userId)) this.named = undefined;
    return { ...user, kind: 'left' };
  }
}

function firstOf(all: Iterable<Online>, most: number): OnlineUser[] {
  const users: OnlineUser[] = [];
  for (const { user } of all) {
    if (users.length === most) break;
    users.push(user);
  }
  return users;
}
