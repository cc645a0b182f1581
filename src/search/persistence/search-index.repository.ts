import { Injectable } from '@nestjs/common';
import type { ConversationId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';

/** Changes that one statement takes into the index. */
export const MOST_INDEXED = 500;
/** Logs that one sweep finds. */
const MOST_BEHIND = 1000;

const START = statement(`
  INSERT INTO search_positions (conversation_id) SELECT id FROM conversations WHERE id = $1 ON CONFLICT DO NOTHING`);

/** The next changes of $1; none where another node is at it. A change that only adds a reaction or a pin leaves the words alone. */
const INDEX = statement(`
  WITH place AS MATERIALIZED (
    SELECT conversation_id, indexed_rev FROM search_positions WHERE conversation_id = $1 FOR UPDATE SKIP LOCKED),
  changed AS MATERIALIZED (
    SELECT m.* FROM place p CROSS JOIN LATERAL (
      SELECT x.id, x.rev, x.content, x.created_at, x.deleted_at FROM messages x
       WHERE x.conversation_id = p.conversation_id AND x.rev > p.indexed_rev ORDER BY x.rev LIMIT ${MOST_INDEXED}) AS m),
  gone AS (DELETE FROM message_terms t USING changed c WHERE t.message_id = c.id AND c.deleted_at IS NOT NULL),
  kept AS (
    INSERT INTO message_terms AS t (message_id, conversation_id, sent_at, terms)
    SELECT c.id, $1, c.created_at, to_tsvector('simple', c.content) FROM changed c WHERE c.deleted_at IS NULL AND c.content <> ''
    ON CONFLICT (message_id) DO UPDATE SET terms = excluded.terms WHERE t.terms IS DISTINCT FROM excluded.terms),
  moved AS (
    UPDATE search_positions p SET indexed_rev = (SELECT max(rev) FROM changed)
     WHERE p.conversation_id = $1 AND EXISTS (SELECT FROM changed))
  SELECT count(*)::int AS count FROM changed`);

const BEHIND = statement(`
  SELECT v.id FROM conversations v LEFT JOIN search_positions p ON p.conversation_id = v.id
   WHERE v.last_seq > coalesce(p.indexed_rev, 0) LIMIT ${MOST_BEHIND}`);

@Injectable()
export class SearchIndexRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  /** How many changes were taken; `MOST_INDEXED`: there may be more. */
  async index(id: ConversationId): Promise<number> {
    await this.prepared.objects(START, [id]);
    const [row] = await this.prepared.objects<{ count: number }>(INDEX, [id]);
    return row?.count ?? 0;
  }

  /** Logs with changes that are not in the index. */
  async behind(): Promise<ConversationId[]> {
    const rows = await this.prepared.objects<{ id: ConversationId }>(BEHIND, []);
    return rows.map(({ id }) => id);
  }
}
