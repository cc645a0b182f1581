import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Clock } from '../../common/clock.js';
import type { Cancel } from '../../common/clock.js';
import type { ConversationId } from '../../common/ids.js';
import { ConversationFeed } from '../../messages/conversation-feed.js';
import { MOST_INDEXED, SearchIndexRepository } from '../persistence/search-index.repository.js';

/** Changes are gathered for so long; a search reads those that are not in the index from the log. */
const DELAY_MS = 500;
/** What a node that died has left, and what was restored or imported, is found so often. */
const SWEEP_MS = 60_000;
/** Pauses are so many times as long as the work: indexing takes a tenth of one connection at most, however much is written. */
const PAUSE_FACTOR = 9;
/** A clock that is set on must not make a pause of hours. */
const LONGEST_WORK_MS = 2000;

/** Brings the words of committed messages into the index, behind the log and out of its way. */
@Injectable()
export class SearchIndexer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly behind = new Set<ConversationId>();
  private stops: Cancel[] = [];
  private working = false;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly feed: ConversationFeed,
    private readonly index: SearchIndexRepository,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    const stopListening = this.feed.onCommitted((id) => {
      this.behind.add(id);
      this.start();
    });
    const stopSweeping = this.clock.every(SWEEP_MS, () => {
      this.sweep();
    });
    this.stops = [stopListening, stopSweeping];
    this.sweep();
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    this.wake();
  }

  private sweep(): void {
    this.tasks.run('find what search has not indexed', async () => {
      for (const id of await this.index.behind()) this.behind.add(id);
      this.start();
    });
  }

  private start(): void {
    if (this.working || this.stopped || this.behind.size === 0) return;
    this.working = true;
    this.tasks.run('index messages', () =>
      this.work().finally(() => {
        this.working = false;
        this.start();
      }),
    );
  }

  private async work(): Promise<void> {
    await this.pause(DELAY_MS);
    for (const id of this.behind) {
      if (this.stopped) return;
      // A change that commits from here on puts it back, to the end.
      this.behind.delete(id);
      const began = this.clock.now();
      if ((await this.index.index(id)) === MOST_INDEXED) this.behind.add(id);
      await this.pause(Math.min(this.clock.now() - began, LONGEST_WORK_MS) * PAUSE_FACTOR);
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
