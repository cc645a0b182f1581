import type { Json } from '../../cluster/cluster.js';
import type { BackgroundTasks } from '../../common/background-tasks.js';
import type { Cancel } from '../../common/clock.js';
import type { UserId } from '../../common/ids.js';
import type { Membership } from '../../groups/group.js';
import { TopicNotReadable } from '../live.errors.js';
import type { LiveListener } from '../live-listener.js';
import type { LiveRules, LiveTopic, TopicKey } from '../live-topic.js';
import { membershipsOf } from './live-access.js';
import type { LiveAccess } from './live-access.js';
import { readNotice } from './live-notice.js';

interface FeedServices {
  access: LiveAccess;
  tasks: BackgroundTasks;
  /** The topic as Postgres has it. */
  read(key: TopicKey): Promise<LiveTopic>;
  subscribe(key: TopicKey, listener: (notice: Json) => void): Promise<Cancel>;
  /** Its last follower has gone. */
  onEmpty(feed: TopicFeed): void;
}

/** One who follows a topic; `toldVersion` is undefined until it is known that it may. */
interface Follower {
  readonly listener: LiveListener;
  readonly asker: LiveListener['asker'];
  toldVersion: number | undefined;
}

/**
 * One topic as this node knows it, and who follows it here. A newer state takes the place of an older one, whatever way it
 * came: a notification may be lost, late or doubled. When the rules are others, nobody is told before all have been checked.
 */
export class TopicFeed {
  private readonly followers = new Set<Follower>();
  private readonly ready: Promise<void>;
  private topic: LiveTopic | undefined;
  private unsubscribe: Cancel = () => undefined;
  private closed = false;
  /** The rules that all followers have been checked against; while others count, nobody is told. */
  private checkedRules: LiveRules | undefined;
  /** They are being checked: nobody is told meanwhile. */
  private checking = false;
  private checkAgain = false;
  private reading: Promise<void> | undefined;

  constructor(
    readonly key: TopicKey,
    private readonly services: FeedServices,
  ) {
    this.ready = this.start();
    // Awaited by each follower; a failure with none left is nobody's.
    this.ready.catch(() => undefined);
  }

  /** The revision that this node knows. */
  get revision(): number {
    return this.topic?.revision ?? 0;
  }

  /**
   * Tells the present value, and then what follows. Returns its own undo.
   * @throws TopicNotReadable
   */
  async follow(listener: LiveListener): Promise<Cancel> {
    const follower: Follower = { listener, asker: listener.asker, toldVersion: undefined };
    this.followers.add(follower);
    const leave = () => {
      this.remove(follower);
    };
    try {
      await this.ready;
      await this.admit(follower);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** What a node has told of it. */
  notice(message: Json): void {
    const notice = readNotice(this.key, message);
    if (notice === undefined || notice.revision <= this.revision) return;
    if (notice.topic) this.adopt(notice.topic);
    else this.refresh();
  }

  /** Reads it anew: something has changed that was not told, or not whole. */
  refresh(): void {
    this.services.tasks.run('read a live topic', () => this.read());
  }

  /** Whether its rules name this group. */
  isOf(groupId: string): boolean {
    const rules = this.topic?.rules;
    return rules?.read === 'group' && rules.groupId === groupId;
  }

  /** The memberships that followers have their right by: it may end without a change of the topic. */
  get memberships(): Membership[] {
    return this.topic ? membershipsOf(this.topic, [...this.followers]) : [];
  }

  /** Followers have to be checked, or could not be yet. */
  get isUnchecked(): boolean {
    return this.checkAgain || this.checkedRules !== this.topic?.rules;
  }

  isFollowedBy(userId: UserId): boolean {
    return [...this.followers].some(({ asker }) => asker?.userId === userId);
  }

  /** Drops those who may not read it any more. */
  async check(): Promise<void> {
    this.checkAgain = this.checking;
    if (this.checking) return;
    this.checking = true;
    try {
      do await this.dropStrangers();
      while (this.isUnchecked);
    } finally {
      this.checking = false;
    }
    this.tell();
  }

  close(): void {
    this.closed = true;
    this.unsubscribe();
  }

  /** Subscribe first, then read: what is committed between the two is told, or in it. */
  private async start(): Promise<void> {
    this.unsubscribe = await this.services.subscribe(this.key, (message) => {
      this.notice(message);
    });
    if (this.closed) this.unsubscribe();
    await this.read();
  }

  private async dropStrangers(): Promise<void> {
    this.checkAgain = false;
    const { topic } = this;
    if (topic === undefined) return;
    const strangers = await this.services.access.strangersAmong(topic, [...this.followers]);
    for (const follower of strangers) this.drop(follower);
    this.checkedRules = topic.rules;
  }

  private async admit(follower: Follower): Promise<void> {
    if (!(await this.lets(follower))) {
      // Other rules may have been decided, and not have been told here yet.
      await this.read();
      if (!(await this.lets(follower))) throw new TopicNotReadable();
    }
    // Dropped meanwhile.
    if (!this.followers.has(follower)) throw new TopicNotReadable();
    const topic = this.topic as LiveTopic;
    follower.toldVersion = topic.version;
    follower.listener.current(topic);
  }

  private async lets({ asker }: Follower): Promise<boolean> {
    for (;;) {
      const asked = this.topic as LiveTopic;
      const may = await this.services.access.mayRead(asked, asker);
      // Under other rules by now they decide.
      if (this.topic?.rules === asked.rules) return may;
    }
  }

  private async read(): Promise<void> {
    // One that is under way may have begun before what this one is about.
    await this.reading?.catch(() => undefined);
    this.reading ??= this.services
      .read(this.key)
      .then((topic) => {
        this.adopt(topic);
      })
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }

  private adopt(topic: LiveTopic): void {
    if (this.closed || (this.topic !== undefined && topic.revision <= this.topic.revision)) return;
    const known = this.topic;
    // Rules that let the same read are the same object, so that it tells whether they have been checked.
    this.topic = Object.freeze(known && isReadAlike(known, topic) ? { ...topic, rules: known.rules } : topic);
    if (known === undefined) this.checkedRules = topic.rules;
    if (this.checkedRules === this.topic.rules) this.tell();
    else this.services.tasks.run('check followers', () => this.check());
  }

  private tell(): void {
    const { topic } = this;
    if (this.checking || topic === undefined || this.checkedRules !== topic.rules) return;
    for (const follower of [...this.followers]) {
      if (follower.toldVersion === undefined || follower.toldVersion >= topic.version) continue;
      follower.toldVersion = topic.version;
      follower.listener.updated(topic);
    }
  }

  private drop(follower: Follower): void {
    // One that is just being admitted finds out by itself.
    if (this.followers.has(follower) && follower.toldVersion !== undefined) follower.listener.dropped();
    this.remove(follower);
  }

  private remove(follower: Follower): void {
    if (this.followers.delete(follower) && this.followers.size === 0) this.services.onEmpty(this);
  }
}

function isReadAlike(a: LiveTopic, b: LiveTopic): boolean {
  return a.ownerId === b.ownerId && a.rules.read === b.rules.read && a.rules.groupId === b.rules.groupId;
}
