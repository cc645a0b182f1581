import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SessionId, UserId } from '../common/ids.js';
import { ClientConnection } from './client-connection.js';
import { CloseCode } from './close-codes.js';
import { Identity } from './connection-authenticator.js';

/** Long enough for a credential that was checked before a revocation to reach `add` after it. */
const REVOCATION_MEMORY_MS = 60_000;

/** Every authenticated connection of this node, on both transports, by user and by session. */
@Injectable()
export class ConnectionRegistry {
  private readonly byUser = new Map<UserId, Set<ClientConnection>>();
  private readonly endedSessions = new Map<SessionId, number>();

  constructor(private readonly clock: Clock) {}

  ofUser(userId: UserId): readonly ClientConnection[] {
    return [...(this.byUser.get(userId) ?? [])];
  }

  /** Whoever has a connection here. */
  users(): readonly UserId[] {
    return [...this.byUser.keys()];
  }

  countOf(userId: UserId): number {
    return this.byUser.get(userId)?.size ?? 0;
  }

  /** False when its session has ended while the credential was being checked: then it must not be opened. */
  add(connection: ClientConnection): boolean {
    if (this.endedSessions.has(connection.user.sessionId)) return false;
    const set = this.byUser.get(connection.userId) ?? new Set<ClientConnection>();
    set.add(connection);
    this.byUser.set(connection.userId, set);
    return true;
  }

  remove(connection: ClientConnection): void {
    if (!connection.authenticated) return;
    const set = this.byUser.get(connection.userId);
    set?.delete(connection);
    if (set?.size === 0) this.byUser.delete(connection.userId);
  }

  /** The sessions that have connections here, each with whom it was found to belong to; guests have none. */
  sessions(): Map<SessionId, Identity> {
    const sessions = new Map<SessionId, Identity>();
    for (const connections of this.byUser.values())
      for (const { user } of connections) if (user.guest !== true) sessions.set(user.sessionId, user);
    return sessions;
  }

  /** The user's connections speak under the new name from now on. */
  rename(userId: UserId, username: string): void {
    for (const connection of this.ofUser(userId)) connection.identify({ ...connection.user, username });
  }

  /** Closes what belongs to these sessions, now and while they are remembered (4401). */
  closeSessions(userId: UserId, sessionIds: readonly SessionId[]): void {
    const now = this.clock.now();
    for (const [id, endedAt] of this.endedSessions) {
      // They are held in the order of their ends.
      if (now - endedAt <= REVOCATION_MEMORY_MS) break;
      this.endedSessions.delete(id);
    }
    for (const id of sessionIds) {
      this.endedSessions.delete(id);
      this.endedSessions.set(id, now);
    }
    for (const connection of this.ofUser(userId)) {
      if (sessionIds.includes(connection.user.sessionId)) connection.close(CloseCode.Unauthenticated, 'session ended');
    }
  }

  /** Closes the user's connections that `matches` selects. */
  closeOf(userId: UserId, matches: (connection: ClientConnection) => boolean, code: CloseCode, reason: string): void {
    for (const connection of this.ofUser(userId)) if (matches(connection)) connection.close(code, reason);
  }

  /** Closes every connection that `matches` selects. */
  closeAll(matches: (connection: ClientConnection) => boolean, code: CloseCode, reason: string): void {
    for (const userId of this.users()) this.closeOf(userId, matches, code, reason);
  }
}
