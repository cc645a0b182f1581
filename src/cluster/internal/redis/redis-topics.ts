import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Cancel } from '../../../common/clock.js';
import { deepFreeze } from '../../../common/deep-freeze.js';
import { Json, Topics } from '../../cluster.js';
import { attempt } from '../attempt.js';
import { Audience } from '../audience.js';
import { isFrozenJson } from '../frozen-json.js';
import { tagOf } from './key-tag.js';
import type { RedisLink } from './redis-link.js';

const NODE_BYTES = 9;
const NODE_CHARACTERS = 12;
/** More than that goes out in several. */
const MOST_CHARACTERS = 65_536;

interface Channel {
  subscribers: number;
  /** Resolves to the end of it once it counts. */
  subscription: Promise<Cancel>;
}

/**
 * Each topic is a channel. The subscribers of this node get a message without a detour, so it is theirs also while the
 * Redis is away; what comes back of it is known by its beginning, and dropped unread.
 */
export class RedisTopics extends Topics {
  private readonly logger = new Logger(RedisTopics.name);
  private readonly audience = new Audience<Json>();
  private readonly channels = new Map<string, Channel>();
  /** By topic, what has been published in this turn: JSON with commas between. */
  private readonly leaving = new Map<string, string>();
  private readonly node = randomBytes(NODE_BYTES).toString('base64url');

  constructor(private readonly link: RedisLink) {
    super();
    link.beforeCommands(() => {
      this.flush();
    });
  }

  publish(topic: string, message: Json): Promise<void> {
    return attempt(() => {
      const text = JSON.stringify(message);
      if (this.audience.has(topic)) {
        this.audience.send(topic, isFrozenJson(message) ? message : deepFreeze(JSON.parse(text) as Json));
      }
      this.handOver(topic, text);
    });
  }

  /** Hands over now what waits for the end of the turn: it keeps its place before what follows. */
  flush(): void {
    for (const [topic, texts] of this.leaving) this.send(topic, texts);
    this.leaving.clear();
  }

  async subscribe(topic: string, listener: (message: Json) => void): Promise<Cancel> {
    const cancel = this.audience.add(topic, listener);
    const channel = this.channels.get(topic) ?? this.open(topic);
    channel.subscribers += 1;
    await channel.subscription;
    let active = true;
    return () => {
      cancel();
      if (active) this.leave(topic, channel);
      active = false;
    };
  }

  /** What one turn of the event loop publishes to a topic goes out as one message: each costs the same, whatever its size. */
  private handOver(topic: string, text: string): void {
    if (this.leaving.size === 0) {
      setImmediate(() => {
        this.flush();
      });
    }
    const texts = this.leaving.get(topic);
    if (texts === undefined) this.leaving.set(topic, text);
    else if (texts.length + text.length <= MOST_CHARACTERS) this.leaving.set(topic, `${texts},${text}`);
    else {
      this.send(topic, texts);
      this.leaving.set(topic, text);
    }
  }

  private send(topic: string, texts: string): void {
    this.link.publish(channelOf(topic), `${this.node}[${texts}]`);
  }

  private open(topic: string): Channel {
    const subscription = this.link.subscribe(channelOf(topic), (message) => {
      this.receive(topic, message);
    });
    const channel = { subscribers: 0, subscription };
    this.channels.set(topic, channel);
    return channel;
  }

  private leave(topic: string, channel: Channel): void {
    channel.subscribers -= 1;
    if (channel.subscribers > 0) return;
    this.channels.delete(topic);
    void channel.subscription.then((cancel) => {
      cancel();
    });
  }

  private receive(topic: string, text: string): void {
    if (text.startsWith(this.node)) return;
    for (const message of this.read(topic, text)) this.audience.send(topic, message);
  }

  private read(topic: string, text: string): Json[] {
    try {
      const messages: unknown = JSON.parse(text.slice(NODE_CHARACTERS));
      if (Array.isArray(messages)) return deepFreeze(messages as Json[]);
    } catch {
      // Not the error: it may quote the message, which may be what somebody wrote.
    }
    this.logger.warn({ msg: 'a message that no node has sent was dropped', topic });
    return [];
  }
}

/** On the server that holds the set of the same name, and heard over the same connection. */
function channelOf(topic: string): string {
  return `parley:{${tagOf(topic)}}:topic`;
}
