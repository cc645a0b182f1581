import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { DomainEvents } from '../../common/domain-events.js';
import { UserId } from '../../common/ids.js';
import { Identity } from '../../realtime/connection-authenticator.js';
import { ConnectionRegistry } from '../../realtime/connection-registry.js';
import { SessionRepository } from '../persistence/session.repository.js';

/** A session that ended where nobody could tell is noticed well within 5 s (protocol section 1.1). */
const CHECK_MS = 3000;
/** Added at random, so that the nodes of a cluster do not all ask at once. */
const CHECK_JITTER_MS = 500;
/** While other nodes cannot tell, or the last look at Postgres has failed. */
const CHECK_IN_TROUBLE_MS = 1000;
/** All sessions with connections are asked about so often, and after a time without an answer: the window may miss some. */
const CHECK_ALL_MS = 60_000;
const LONGEST_GAP_MS = 15_000;
const CHECK_CHUNK = 1000;
/** More than that, and all are asked about. */
const TOUCHED_MAX = 5000;

/**
 * Asks Postgres about the sessions that have connections here: what must not be lost is a row, and the event of another
 * node may be. What has ended, or has a new name, is told to this node's listeners as that event would have told it
 * (docs/adr/0010-sessions-are-watched.md).
 */
@Injectable()
export class SessionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private next: Cancel = () => undefined;
  private stops: Cancel[] = [];
  private checking = false;
  /** Asked for while a check was under way, which may have read before that. */
  private again = false;
  private stopped = false;
  /** When the last checks began that were answered. */
  private checkedAt = 0;
  private allCheckedAt = 0;

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly sessions: SessionRepository,
    private readonly events: DomainEvents,
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    const { backplane } = this.cluster;
    const now = () => {
      this.checkNow();
    };
    this.stops = [backplane.on('lost', now), backplane.on('restored', now)];
    this.checkedAt = this.allCheckedAt = this.clock.now();
    this.checkLater(CHECK_MS);
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    this.next();
    for (const stop of this.stops) stop();
  }

  private checkLater(ms: number): void {
    if (this.stopped) return;
    const inTrouble = this.cluster.backplane.away ? CHECK_IN_TROUBLE_MS : ms;
    this.next = this.clock.after(inTrouble + Math.random() * CHECK_JITTER_MS, () => {
      this.checkNow();
    });
  }

  /** One check at a time. */
  private checkNow(): void {
    this.again = this.checking;
    if (this.checking) return;
    this.next();
    this.checking = true;
    this.tasks.run('session check', () => this.checkAndGoOn());
  }

  private async checkAndGoOn(): Promise<void> {
    let waitMs = CHECK_IN_TROUBLE_MS;
    try {
      await this.check();
      waitMs = CHECK_MS;
    } catch (error) {
      // While Postgres is away nothing can be said, which others tell.
      if (!(error instanceof Unavailable)) throw error;
    } finally {
      this.checking = false;
      if (this.again && !this.stopped) this.checkNow();
      else this.checkLater(waitMs);
    }
  }

  private async check(): Promise<void> {
    const now = this.clock.now();
    const known = [...this.registry.sessions().values()];
    const isAllDue = now - this.allCheckedAt >= CHECK_ALL_MS || now - this.checkedAt > LONGEST_GAP_MS;
    const touched = isAllDue || known.length === 0 ? undefined : await this.touched();
    await this.compare(touched ? known.filter(({ userId }) => touched.has(userId)) : known);
    this.checkedAt = now;
    if (touched === undefined) this.allCheckedAt = now;
  }

  /** Undefined when there are more than can be told. */
  private async touched(): Promise<Set<UserId> | undefined> {
    const userIds = await this.sessions.listTouchedUsers(TOUCHED_MAX + 1);
    return userIds.length > TOUCHED_MAX ? undefined : new Set(userIds);
  }

  private async compare(known: readonly Identity[]): Promise<void> {
    for (let from = 0; from < known.length && !this.stopped; from += CHECK_CHUNK) {
      const chunk = new Map(known.slice(from, from + CHECK_CHUNK).map((identity) => [identity.sessionId, identity]));
      const changed = await this.sessions.listChanged([...chunk.values()]);
      for (const { sessionId, username } of changed) await this.tell(chunk.get(sessionId), username);
    }
  }

  private async tell(identity: Identity | undefined, username: string | null): Promise<void> {
    if (identity === undefined) return;
    const { userId, sessionId } = identity;
    if (username !== null) await this.events.tellHere('user.renamed', { userId, username });
    else await this.events.tellHere('session.revoked', { userId, sessionIds: [sessionId], reason: 'ended' });
  }
}
