import type { Asker, LiveTopic } from './live-topic.js';

/** Who follows a topic on this node. */
export interface LiveListener {
  readonly asker: Asker;
  /** The value as it is now, once, before any later one; also where there is none. The same object for all on this node. */
  current(topic: LiveTopic): void;
  /** It is another now: of growing versions, of which those between may have been skipped. */
  updated(topic: LiveTopic): void;
  /** It may not read the topic any more; last call. */
  dropped(): void;
}
