import { Injectable } from '@nestjs/common';
import { AuthRequired } from '../auth/auth.errors.js';
import { ValidationFailed } from '../common/domain-error.js';
import type { GroupId, UserId } from '../common/ids.js';
import { GroupMembership } from '../groups/group-membership.js';
import type { Tx } from '../infra/database/transaction-runner.js';
import { isOwner, LiveAccess } from './internal/live-access.js';
import { LiveWriter } from './internal/live-writer.js';
import {
  GuestsOwnNothing,
  NotTheOwner,
  OtherVersion,
  TooManyTopics,
  TopicNotFound,
  TopicNotReadable,
  TopicNotWritable,
} from './live.errors.js';
import {
  Asker,
  DEFAULT_RULES,
  LiveRules,
  LiveTopic,
  SHARED,
  TOPIC_PATTERN,
  TOPIC_PROBLEM,
  TopicKey,
} from './live-topic.js';
import { checkedValue } from './live-value.js';
import { LiveTopicRepository } from './persistence/live-topic.repository.js';

/** Names that one user may own, also where they have no value now. */
const TOPICS_PER_OWNER = 1000;

/** When a change is wanted: at any version, at this one (0: there was none yet), or where there is a value. */
export type Condition = number | 'any value' | undefined;

/** The last value of each topic, and who may see and set it (protocol section 7.3). */
@Injectable()
export class LiveTopics {
  constructor(
    private readonly topics: LiveTopicRepository,
    private readonly writer: LiveWriter,
    private readonly access: LiveAccess,
    private readonly membership: GroupMembership,
  ) {}

  /**
   * For code: sets the value, whoever owns the topic, and tells every subscriber on every node. A topic that it makes is the
   * server's own: everyone with an account reads it, and nobody writes it over REST (`own` decides otherwise).
   * `namespace`: one that a module has registered, which has topics of its own.
   */
  async publish(topic: string, data: unknown, { namespace = SHARED }: { namespace?: string } = {}): Promise<LiveTopic> {
    const json = JSON.stringify(data) as string | undefined;
    const value = checkedValue(json ?? '');
    const published = await this.writer.change(keyOf(topic, namespace), {
      present: (tx, held) => this.writer.setValue(tx, held, value),
      absent: () => Promise.resolve({ value, ownerId: null, rules: DEFAULT_RULES }),
    });
    return published as LiveTopic;
  }

  /** For code: makes the topic the server's own, also where a user has made it, under these rules. */
  async own(topic: string, rules: LiveRules, { namespace = SHARED }: { namespace?: string } = {}): Promise<void> {
    await this.writer.change(keyOf(topic, namespace), {
      present: (tx, held) => this.topics.setRules(tx, held, rules, null),
      absent: () => Promise.resolve({ value: null, ownerId: null, rules }),
    });
  }

  /** @throws TopicNotFound, TopicNotReadable, AuthRequired */
  async get(topic: string, asker: Asker): Promise<LiveTopic> {
    const found = await this.topics.find({ namespace: SHARED, topic });
    if (found && !(await this.access.mayRead(found, asker)))
      throw asker === undefined ? new AuthRequired() : new TopicNotReadable();
    if (found === undefined || found.value === null) throw new TopicNotFound();
    return found;
  }

  /** The rules, for who may read the topic. @throws TopicNotFound, TopicNotReadable */
  async getRules(topic: string, asker: Asker): Promise<LiveTopic> {
    const found = await this.topics.find({ namespace: SHARED, topic });
    if (found === undefined) throw new TopicNotFound();
    if (!(await this.access.mayRead(found, asker))) throw new TopicNotReadable();
    return found;
  }

  /**
   * Sets the value; who makes a topic owns it.
   * @throws TopicNotWritable, GuestsOwnNothing, OtherVersion, TooManyTopics, NotAValue, ValueTooLarge
   */
  async put(topic: string, asker: Asker, text: string, condition?: Condition): Promise<LiveTopic> {
    const value = checkedValue(text);
    const put = await this.writer.change(keyOf(topic), {
      present: async (tx, held) => {
        if (!(await this.access.mayWrite(held, asker, tx))) throw new TopicNotWritable();
        requireVersion(held, condition);
        return this.writer.setValue(tx, held, value);
      },
      absent: async (tx) => {
        const ownerId = await this.newOwner(tx, asker);
        requireVersion(undefined, condition);
        return { value, ownerId, rules: DEFAULT_RULES };
      },
    });
    return put as LiveTopic;
  }

  /**
   * Takes the value away; the name stays its owner's, with its rules, and its version goes on.
   * @throws NotTheOwner, TopicNotFound, OtherVersion
   */
  async delete(topic: string, asker: Asker, condition?: Condition): Promise<void> {
    await this.writer.change(keyOf(topic), {
      present: async (tx, held) => {
        if (!isOwner(held, asker)) throw new NotTheOwner();
        if (held.value === null) throw new TopicNotFound();
        requireVersion(held, condition);
        return this.writer.setValue(tx, held, null);
      },
      absent: () => Promise.reject(new TopicNotFound()),
    });
  }

  /**
   * Decides who reads and writes. A name that is free becomes the asker's, without a value.
   * @throws NotTheOwner, GroupNotFound when the asker is no member of the group, TooManyTopics, GuestsOwnNothing
   */
  async setRules(topic: string, asker: Asker, rules: LiveRules): Promise<LiveTopic> {
    const changed = await this.writer.change(keyOf(topic), {
      present: async (tx, held) => {
        if (!isOwner(held, asker)) throw new NotTheOwner();
        await this.requireMember(tx, asker, rules.groupId);
        return this.topics.setRules(tx, held, rules, held.ownerId);
      },
      absent: async (tx) => {
        const ownerId = await this.newOwner(tx, asker);
        await this.requireMember(tx, asker, rules.groupId);
        return { value: null, ownerId, rules };
      },
    });
    return changed as LiveTopic;
  }

  private async newOwner(tx: Tx, asker: Asker): Promise<UserId> {
    if (asker === undefined || asker.guest === true) throw new GuestsOwnNothing();
    if ((await this.topics.countOwned(tx, asker.userId)) >= TOPICS_PER_OWNER) throw new TooManyTopics(TOPICS_PER_OWNER);
    return asker.userId;
  }

  private async requireMember(tx: Tx, asker: Asker, groupId: GroupId | null): Promise<void> {
    if (groupId !== null && asker) await this.membership.requireMember(groupId, asker.userId, tx);
  }
}

function keyOf(topic: string, namespace = SHARED): TopicKey {
  if (!TOPIC_PATTERN.test(topic)) throw new ValidationFailed([{ field: 'topic', problems: [TOPIC_PROBLEM] }]);
  return { namespace, topic };
}

function requireVersion(held: LiveTopic | undefined, condition: Condition): void {
  const { version, value } = held ?? { version: 0, value: null };
  const isMet = condition === 'any value' ? value !== null : condition === undefined || condition === version;
  if (!isMet) throw new OtherVersion(version);
}
