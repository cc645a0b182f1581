import type { Cancel } from '../../common/clock.js';
import type { LiveListener } from '../../live/live-listener.js';
import type { LiveTopic } from '../../live/live-topic.js';
import { currentText, updatedText } from './live.events.js';
import type { LivePosition } from './live.event-shapes.js';
import type { LiveConnection } from './live.context.js';

/** One connection that follows one topic. While it is behind with reading, it is owed the latest value, and none of those before. */
export class LiveFollower implements LiveListener {
  private latest: LiveTopic | undefined;
  private waiting = false;
  private ended = false;
  /** What it was told first. */
  private first: LiveTopic | undefined;

  constructor(
    private readonly connection: LiveConnection,
    private readonly topic: string,
    private readonly onDropped: Cancel,
  ) {}

  get asker(): LiveListener['asker'] {
    return this.connection.user;
  }

  current(topic: LiveTopic): void {
    this.first = topic;
    this.connection.sendText(currentText(topic));
  }

  updated(topic: LiveTopic): void {
    this.latest = topic;
    if (!this.connection.isBehind) this.tell();
    else if (!this.waiting) void this.tellLater();
  }

  dropped(): void {
    this.end();
    this.onDropped();
    const message = 'The rules of the topic do not let you read it any more.';
    this.connection.emit('unsubscribed', { topic: this.topic, code: 'forbidden', message });
  }

  end(): void {
    this.ended = true;
  }

  /** What the acknowledgement says. */
  position(): LivePosition {
    return { topic: this.topic, version: this.first?.version ?? 0 };
  }

  private tell(): void {
    if (this.latest === undefined || this.ended) return;
    this.connection.sendText(updatedText(this.latest));
    this.latest = undefined;
  }

  private async tellLater(): Promise<void> {
    this.waiting = true;
    // What another topic was owed may have gone out first, and be too much for this turn.
    while (this.connection.isBehind && !this.ended) await this.connection.caughtUp();
    this.waiting = false;
    this.tell();
  }
}
