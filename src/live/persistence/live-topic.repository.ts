import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { LiveRules, LiveTopic, ReadRule, TopicKey, WriteRule } from '../live-topic.js';

interface Row {
  namespace: string;
  topic: string;
  revision: string;
  version: string;
  value: string | null;
  ownerId: UserId | null;
  read: ReadRule;
  write: WriteRule;
  groupId: GroupId | null;
}

/** A topic that is to be made. */
export interface NewTopic extends TopicKey {
  value: string | null;
  ownerId: UserId | null;
  rules: LiveRules;
  now: Date;
}

const COLUMNS = `namespace, topic, revision::text, version::text, value, owner_id AS "ownerId", read_rule AS "read",
  write_rule AS "write", group_id AS "groupId"`;
const FIND = statement(`SELECT ${COLUMNS} FROM live_topics WHERE namespace = $1 AND topic = $2`);
const LIST_REVISIONS = statement(
  `SELECT namespace, topic, revision::text FROM live_topics
    WHERE (namespace, topic) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
);

@Injectable()
export class LiveTopicRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  async find({ namespace, topic }: TopicKey): Promise<LiveTopic | undefined> {
    const [row] = await this.prepared.objects<Row>(FIND, [namespace, topic]);
    return row && toTopic(row);
  }

  /** Of those that are there, in no order. */
  async listRevisions(keys: readonly TopicKey[]): Promise<(TopicKey & { revision: number })[]> {
    const columns = [keys.map(({ namespace }) => namespace), keys.map(({ topic }) => topic)];
    const rows = await this.prepared.objects<TopicKey & { revision: string }>(LIST_REVISIONS, columns);
    return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
  }

  /** Nobody else changes it before `tx` ends. */
  async hold(tx: Tx, { namespace, topic }: TopicKey): Promise<LiveTopic | undefined> {
    const sql = `SELECT ${COLUMNS} FROM live_topics WHERE namespace = $1 AND topic = $2 FOR UPDATE`;
    const [row] = await tx.query<Row[]>(sql, [namespace, topic]);
    return row && toTopic(row);
  }

  /** Undefined when somebody else has made it meanwhile. */
  async insert(tx: Tx, { namespace, topic, value, ownerId, rules, now }: NewTopic): Promise<LiveTopic | undefined> {
    const sql = `INSERT INTO live_topics
        (namespace, topic, revision, version, value, owner_id, read_rule, write_rule, group_id, updated_at)
      VALUES ($1, $2, 1, CASE WHEN $3::text IS NULL THEN 0 ELSE 1 END, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (namespace, topic) DO NOTHING RETURNING ${COLUMNS}`;
    const parameters = [namespace, topic, value, ownerId, rules.read, rules.write, rules.groupId, now];
    const [row] = await tx.query<Row[]>(sql, parameters);
    return row && toTopic(row);
  }

  /** Of a topic that `tx` holds; null takes the value away. */
  setValue(tx: Tx, { namespace, topic }: TopicKey, value: string | null, now: Date): Promise<LiveTopic> {
    const sql = `UPDATE live_topics SET value = $3, version = version + 1, revision = revision + 1, updated_at = $4
      WHERE namespace = $1 AND topic = $2 RETURNING ${COLUMNS}`;
    return changed(tx, sql, [namespace, topic, value, now]);
  }

  /** Of a topic that `tx` holds. */
  setRules(tx: Tx, { namespace, topic }: TopicKey, rules: LiveRules, ownerId: UserId | null): Promise<LiveTopic> {
    const sql = `UPDATE live_topics
        SET read_rule = $3, write_rule = $4, group_id = $5, owner_id = $6, revision = revision + 1
      WHERE namespace = $1 AND topic = $2 RETURNING ${COLUMNS}`;
    return changed(tx, sql, [namespace, topic, rules.read, rules.write, rules.groupId, ownerId]);
  }

  async countOwned(tx: Tx, ownerId: UserId): Promise<number> {
    const sql = 'SELECT count(*)::int AS owned FROM live_topics WHERE owner_id = $1';
    const [row] = await tx.query<{ owned: number }[]>(sql, [ownerId]);
    return row?.owned ?? 0;
  }
}

async function changed(tx: Tx, sql: string, parameters: unknown[]): Promise<LiveTopic> {
  const [[row]] = await tx.query<[Row[], number]>(sql, parameters);
  if (row === undefined) throw new Error('The topic is not held.');
  return toTopic(row);
}

function toTopic({ revision, version, read, write, groupId, ...row }: Row): LiveTopic {
  return { ...row, revision: Number(revision), version: Number(version), rules: { read, write, groupId } };
}
