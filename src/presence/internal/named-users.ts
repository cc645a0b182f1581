import type { UserId } from '../../common/ids.js';
import type { OnlineUser } from '../roster.js';

/** The users whom a roster names, in the order of coming; kept up to date at about the cost of the change. */
export class NamedUsers {
  private readonly byId: Map<UserId, OnlineUser>;
  /** The same array until somebody comes or goes. */
  private list: readonly OnlineUser[] | undefined;
  /** As `idItems`, with a comma behind each. */
  private items: string;

  constructor(users: readonly OnlineUser[]) {
    this.byId = new Map(users.map((user) => [user.userId, user]));
    this.items = users.map(({ userId }) => itemOf(userId)).join('');
  }

  get users(): readonly OnlineUser[] {
    return (this.list ??= [...this.byId.values()]);
  }

  /** The users' ids as the items of a JSON array. */
  get idItems(): string {
    return this.items.slice(0, -1);
  }

  has(userId: UserId): boolean {
    return this.byId.has(userId);
  }

  add(user: OnlineUser): void {
    this.list = undefined;
    this.byId.set(user.userId, user);
    this.items += itemOf(user.userId);
  }

  remove(userId: UserId): void {
    if (!this.byId.delete(userId)) return;
    this.list = undefined;
    this.items = this.items.replace(itemOf(userId), '');
  }
}

function itemOf(userId: UserId): string {
  return `${JSON.stringify(userId)},`;
}
