import type { GroupId, UserId } from '../common/ids.js';

export const READ_RULES = ['public', 'authenticated', 'group'] as const;
export const WRITE_RULES = [...READ_RULES, 'owner'] as const;
export type ReadRule = (typeof READ_RULES)[number];
export type WriteRule = (typeof WRITE_RULES)[number];

/** 1 to 128 of the characters of a room id (protocol, the table of gateways). */
export const TOPIC_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/;
export const TOPIC_PROBLEM = 'must be 1 to 128 of A-Z a-z 0-9 _ . : -';
/** What a client that names no topic means (section 7.3). */
export const DEFAULT_TOPIC = 'default';
/** The topics of REST and of `LIVE_NAMESPACES`; a namespace that a module registers has topics of its own. */
export const SHARED = '';

/** Who may do what. The owner may always; without an owner the topic is the server's own, and only code may decide. */
export interface LiveRules {
  readonly read: ReadRule;
  readonly write: WriteRule;
  /** Whose members `group` means; null with `group`: the group is gone, and the owner alone is left. */
  readonly groupId: GroupId | null;
}

export interface TopicKey {
  /** `SHARED`, or a namespace of a module. */
  readonly namespace: string;
  readonly topic: string;
}

/** A topic as it is, or was at `revision`. */
export interface LiveTopic extends TopicKey {
  /** Grows with every change, that of a rule too. 0: there is no such topic yet. */
  readonly revision: number;
  /** Grows with every change of the value, its deletion too, and never starts over. */
  readonly version: number;
  /** JSON as its writer wrote it; null: there is none, or none any more. */
  readonly value: string | null;
  readonly ownerId: UserId | null;
  readonly rules: LiveRules;
}

/** Everyone with an account reads; the owner writes. */
export const DEFAULT_RULES: LiveRules = Object.freeze({ read: 'authenticated', write: 'owner', groupId: null });

/** A topic that nobody has made: whoever waits for it gets what its rules allow once it is there. */
export function unmade({ namespace, topic }: TopicKey): LiveTopic {
  const rules = { ...DEFAULT_RULES, read: 'public' } as const;
  return { namespace, topic, revision: 0, version: 0, value: null, ownerId: null, rules };
}

/** Who asks: a user, a guest, or somebody without any credential. */
export type Asker = { readonly userId: UserId; readonly guest?: boolean } | undefined;
