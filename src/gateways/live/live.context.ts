import type { Cancel } from '../../common/clock.js';
import { Conflict } from '../../common/domain-error.js';
import type { SocketConnection } from '../../realtime/socket-connection.js';

export type LiveConnection = SocketConnection<LiveContext>;

/** Topics that one connection may follow. */
const MOST_TOPICS = 100;

interface Followed {
  stop: Cancel;
}

/** What one connection follows. */
export class LiveContext {
  private readonly followed = new Map<string, Followed>();

  /** `namespace`: whose topics they are. */
  constructor(readonly namespace: string) {}

  /**
   * Follows a topic, in place of an earlier subscription to it. `begin` gets what forgets it again.
   * @throws Conflict when there are too many
   */
  async follow(topic: string, begin: (forget: Cancel) => Promise<Cancel>): Promise<void> {
    this.leave(topic);
    if (this.followed.size >= MOST_TOPICS) throw new Conflict(`A connection may follow ${MOST_TOPICS} topics.`);
    const followed: Followed = { stop: () => undefined };
    const forget = () => {
      if (this.followed.get(topic) === followed) this.followed.delete(topic);
    };
    this.followed.set(topic, followed);
    try {
      followed.stop = await begin(forget);
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Returns whether it was followed. */
  leave(topic: string): boolean {
    this.followed.get(topic)?.stop();
    return this.followed.delete(topic);
  }

  /** Returns what was followed. */
  leaveAll(): string[] {
    const topics = [...this.followed.keys()];
    for (const topic of topics) this.leave(topic);
    return topics;
  }
}
