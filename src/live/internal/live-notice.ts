import { z } from 'zod';
import type { Json } from '../../cluster/cluster.js';
import { parseId } from '../../common/ids.js';
import type { GroupId, UserId } from '../../common/ids.js';
import { LiveTopic, READ_RULES, TopicKey, WRITE_RULES } from '../live-topic.js';

/** A larger value is not told along: each node that has followers reads it from Postgres, once. */
const TOLD_CHARACTERS = 32_768;

const id = <T extends UserId | GroupId>() => z.custom<T>((value) => parseId(value) === value);
const NOTICE = z.object({
  revision: z.number(),
  state: z
    .object({
      version: z.number(),
      value: z.string().nullable(),
      ownerId: id<UserId>().nullable(),
      read: z.enum(READ_RULES),
      write: z.enum(WRITE_RULES),
      groupId: id<GroupId>().nullable(),
    })
    .optional(),
});

/** The topic on which the nodes tell each other of this one. */
export function noticeTopic({ namespace, topic }: TopicKey): string {
  return `live:${namespace}:${topic}`;
}

/** What is told of a change: all of it, or that there is something to be read. */
export function noticeOf({ revision, version, value, ownerId, rules }: LiveTopic): Json {
  if ((value?.length ?? 0) > TOLD_CHARACTERS) return { revision };
  return { revision, state: { version, value, ownerId, ...rules } };
}

/** Undefined for what a node of another version may say. */
export function readNotice(key: TopicKey, message: Json): { revision: number; topic?: LiveTopic } | undefined {
  const notice = NOTICE.safeParse(message);
  if (!notice.success) return undefined;
  const { revision, state } = notice.data;
  if (state === undefined) return { revision };
  const { version, value, ownerId, ...rules } = state;
  return { revision, topic: { ...key, revision, version, value, ownerId, rules } };
}
