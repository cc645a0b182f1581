import { Cancel } from '../../../common/clock.js';
import { SetDelta, SetSnapshot } from '../../cluster.js';
import { Audience } from '../audience.js';
import type { Entry, ScopeDelta, ScopeState } from './scope-entry.js';
import { Doubt, ScopeMirror } from './scope-mirror.js';
import type { SetStore } from './set-store.js';

/** Most deltas that are kept while a snapshot is read; with more it is read again. */
const MOST_HELD = 10_000;

export interface Watch {
  readonly mirror: ScopeMirror;
  watchers: number;
  /** Resolves, always, once the mirror shows what this node knows. */
  opened: Promise<void>;
  subscription: Promise<Cancel>;
  /** What has come while a snapshot was read. */
  held: ScopeDelta[] | undefined;
}

export interface WatchEvents {
  /** A delta that this node hears of, before it counts. False: the scope's state has to be read anyway. */
  hears(scope: string, delta: ScopeDelta): boolean;
  /** Deltas are missing. */
  missed(scope: string): void;
}

/** The scopes that somebody on this node watches: one mirror each, however many watch. */
export class ScopeWatches {
  private readonly watches = new Map<string, Watch>();
  private readonly audience = new Audience<SetDelta>();

  constructor(
    private readonly store: SetStore,
    private readonly events: WatchEvents,
  ) {}

  get names(): string[] {
    return [...this.watches.keys()];
  }

  mirrorOf(scope: string): ScopeMirror | undefined {
    return this.watches.get(scope)?.mirror;
  }

  /** Everything that is watched may be out of date in a way that versions do not show. */
  doubt(): void {
    for (const { mirror } of this.watches.values()) mirror.doubtful = true;
  }

  /** `load`: shows the mirror what the scope is, by `begin` and `adopt`, and always resolves. */
  async watch(
    scope: string,
    listener: (delta: SetDelta) => void,
    load: () => Promise<void>,
  ): Promise<{ snapshot: SetSnapshot; stop: Cancel }> {
    const watch = this.watches.get(scope) ?? this.open(scope, load);
    watch.watchers += 1;
    await watch.opened;
    const silence = this.audience.add(scope, listener, 'next turn');
    let active = true;
    const stop = () => {
      silence();
      if (active) this.leave(scope, watch);
      active = false;
    };
    return { snapshot: watch.mirror.snapshot(), stop };
  }

  /** From now on deltas wait for a state that is being read. */
  begin(scope: string): void {
    const watch = this.watches.get(scope);
    if (watch) watch.held = [];
  }

  /** The state could not be read. */
  giveUp(scope: string): void {
    const watch = this.watches.get(scope);
    if (watch) watch.held = undefined;
  }

  /** A version that the scope has to be raised to before it is read again, or undefined when all is told. */
  adopt(scope: string, state: ScopeState, doubt: Doubt): number | undefined {
    return this.watches.get(scope)?.mirror.adopt(state, doubt);
  }

  /** What has come while the state was read goes on from it. */
  end(scope: string): void {
    const watch = this.watches.get(scope);
    const held = watch?.held ?? [];
    if (watch) watch.held = undefined;
    for (const delta of held) this.receive(scope, delta);
  }

  /** Nothing can be read: the mirror shows at least what this node knows for itself. */
  showAlone(scope: string, entries: readonly Entry[]): void {
    for (const entry of entries) this.watches.get(scope)?.mirror.learn(entry);
    this.giveUp(scope);
  }

  private open(scope: string, load: () => Promise<void>): Watch {
    const mirror = new ScopeMirror((delta) => {
      this.audience.send(scope, delta);
    });
    const subscription = this.store.subscribe(scope, (delta) => {
      this.receive(scope, delta);
    });
    const watch: Watch = { mirror, watchers: 0, opened: subscription.then(load), subscription, held: [] };
    this.watches.set(scope, watch);
    return watch;
  }

  private leave(scope: string, watch: Watch): void {
    watch.watchers -= 1;
    if (watch.watchers > 0) return;
    this.watches.delete(scope);
    void watch.subscription.then((cancel) => {
      cancel();
    });
  }

  private receive(scope: string, delta: ScopeDelta): void {
    const watch = this.watches.get(scope);
    if (!watch) return;
    if (watch.held) {
      if (watch.held.length < MOST_HELD) watch.held.push(delta);
    } else if (this.events.hears(scope, delta) && !watch.mirror.apply(delta)) {
      this.events.missed(scope);
    }
  }
}
