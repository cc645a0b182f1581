import type { Member, SetDelta } from '../../cluster/cluster.js';
import type { ConnectionId, UserId } from '../../common/ids.js';
import { OnlineUser, Roster, ROSTER_LIMIT, Transition, userOf } from '../roster.js';

interface Online {
  user: OnlineUser;
  /** `leaving` ones may come back, so they count. */
  connections: Map<ConnectionId, 'open' | 'leaving'>;
}

/** The users of a scope, from what its leased set tells of connections. */
export class OnlineUsers {
  /** In the order of coming. */
  private readonly users = new Map<UserId, Online>();
  /** What a roster names; made when asked for, and kept while nobody of it goes and nobody is added to it. */
  private named: { users: readonly OnlineUser[]; ids: ReadonlySet<UserId> } | undefined;

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
    if (this.named && this.named.users.length < ROSTER_LIMIT) this.named = undefined;
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

  /** `users` is the same array until it changes, so that it can be encoded once. */
  roster(stale: boolean): Roster {
    this.named ??= this.name();
    return { users: this.named.users, total: this.size, stale };
  }

  private remove(entry: Member): Transition | undefined {
    const user = userOf(entry);
    const online = this.users.get(user.userId);
    online?.connections.delete(entry.member as ConnectionId);
    if (online?.connections.size !== 0) return undefined;
    this.users.delete(user.userId);
    if (this.named?.ids.has(user.userId)) this.named = undefined;
    return { ...user, kind: 'left' };
  }

  private name(): { users: readonly OnlineUser[]; ids: ReadonlySet<UserId> } {
    const users: OnlineUser[] = [];
    for (const { user } of this.users.values()) {
      if (users.length === ROSTER_LIMIT) break;
      users.push(user);
    }
    return { users, ids: new Set(users.map(({ userId }) => userId)) };
  }
}
