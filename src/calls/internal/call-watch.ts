import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { DomainEvents } from '../../common/domain-events.js';
import type { CallId } from '../../common/ids.js';
import { progressOf } from '../call.js';
import { CallRepository } from '../persistence/call.repository.js';
import { CallEnds } from './call-ends.js';

const CHECK_MS = 1000;
/** After Postgres was away, or all nodes were, those who are still there renew their leases, or come back, within that time. */
const SETTLED_MS = 5000;
/** Changes whose transaction took so long to commit are seen by a later check. */
const OVERLAP_MS = 10_000;
const KNOWN_LIMIT = 10_000;

/**
 * Each second every node ends the calls that are due, and looks which have changed: what must not be lost is a row, and
 * the event of another node may be. What has not been told here is told to this node's listeners as that event would be.
 */
@Injectable()
export class CallWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stops: Cancel[] = [];
  private checking = false;
  private checkedAt = 0;
  /** When Postgres did not answer last, or this node began. */
  private troubledAt = 0;
  /** How far the calls have come, as this node's listeners know. */
  private readonly known = new LRUCache<CallId, number>({ max: KNOWN_LIMIT });

  constructor(
    private readonly calls: CallRepository,
    private readonly ends: CallEnds,
    private readonly events: DomainEvents,
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.checkedAt = this.troubledAt = this.clock.now();
    const check = () => {
      this.checkSoon();
    };
    this.stops = [
      this.events.on('call.changed', (call) => {
        this.known.set(call.callId, Math.max(progressOf(call), this.known.get(call.callId) ?? 0));
      }),
      this.clock.every(CHECK_MS, check),
      this.cluster.backplane.on('restored', check),
    ];
    check();
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** One check at a time. */
  private checkSoon(): void {
    if (this.checking) return;
    this.checking = true;
    this.tasks.run('check calls', () => this.check());
  }

  private async check(): Promise<void> {
    try {
      await this.ends.sweep({ leasesCount: this.clock.now() - this.troubledAt >= SETTLED_MS });
      await this.tellChanged();
    } catch (error) {
      // While Postgres is away nothing can be said, which others tell, and no lease can be renewed.
      this.troubledAt = this.clock.now();
      if (!(error instanceof Unavailable)) throw error;
    } finally {
      this.checking = false;
    }
  }

  private async tellChanged(): Promise<void> {
    const now = this.clock.now();
    const changed = await this.calls.listChanged(now - this.checkedAt + OVERLAP_MS);
    this.checkedAt = now;
    for (const call of changed)
      if (progressOf(call) > (this.known.get(call.callId) ?? 0)) await this.events.tellHere('call.changed', call);
  }
}
