import pg from 'pg';
import type { Community, PlannedGroup, PlannedLog } from './community.js';
import type { Story, ToldMessage } from './log-story.js';
import type { Person } from './person.js';

/** Rows of one statement. */
const BATCH = 2000;
const WEEK_MS = 7 * 86_400_000;

/** Writes a community into the tables, inside the transaction of its client. */
export class Rows {
  constructor(private readonly client: pg.Client) {}

  async people(people: readonly Person[], passwordHash: string): Promise<void> {
    await this.insert('users (id, username, email, password_hash, created_at)', people, [
      ['uuid', ({ id }) => id],
      ['text', ({ username }) => username],
      ['text', ({ email }) => email],
      ['text', () => passwordHash],
      ['timestamptz', ({ createdAt }) => createdAt],
    ]);
  }

  async group({ id, name, description, members, channels, inviteCode }: PlannedGroup, at: Date): Promise<void> {
    const owner = members[0]?.person.id;
    await this.client.query(
      `INSERT INTO groups (id, name, description, owner_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)`,
      [id, name, description, owner, at],
    );
    await this.insert('group_members (group_id, user_id, role, joined_at)', members, [
      ['uuid', () => id],
      ['uuid', ({ person }) => person.id],
      ['text', ({ role }) => role],
      ['timestamptz', () => at],
    ]);
    await this.client.query(
      `INSERT INTO group_invites (code, group_id, created_by, expires_at, created_at) VALUES ($1, $2, $3, $4, $5)`,
      [inviteCode, id, owner, new Date(Date.now() + WEEK_MS), new Date()],
    );
    for (const channel of channels) await this.conversation(channel, at);
    await this.insert('channels (id, group_id, name, type, topic, created_at, updated_at)', channels, [
      ['uuid', (channel) => channel.id],
      ['uuid', () => id],
      ['text', (channel) => channel.name],
      ['text', ({ type }) => type],
      ['text', ({ topic }) => topic],
      ['timestamptz', () => at],
      ['timestamptz', () => at],
    ]);
  }

  async dm(log: PlannedLog, at: Date): Promise<void> {
    await this.conversation(log, at);
    const sides = log.people.map(({ id }) => id).sort();
    await this.client.query(`INSERT INTO dms (conversation_id, user_low_id, user_high_id) VALUES ($1, $2, $3)`, [
      log.id,
      ...sides,
    ]);
  }

  /** `told`: how many more have been written. */
  async story({ id }: PlannedLog, { messages, lastSeq }: Story, told: (count: number) => void): Promise<void> {
    for (let from = 0; from < messages.length; from += BATCH) {
      const part = messages.slice(from, from + BATCH);
      await this.messages(id, part);
      await this.details(part);
      told(part.length);
    }
    await this.client.query(`UPDATE conversations SET last_seq = $2 WHERE id = $1`, [id, lastSeq]);
  }

  /** Everybody has read some of each conversation that is theirs, most of them all. */
  async readStates({ id, people }: PlannedLog, lastSeq: number, readShare: () => number): Promise<void> {
    await this.insert('read_states (conversation_id, user_id, last_read_seq)', people, [
      ['uuid', () => id],
      ['uuid', (person) => person.id],
      ['bigint', () => Math.floor(lastSeq * readShare())],
    ]);
    await this.client.query(
      `UPDATE read_states r SET mention_count = m.count
         FROM (SELECT s.user_id, count(*) FROM read_states s
                 JOIN messages m ON m.conversation_id = s.conversation_id AND m.seq > s.last_read_seq
                                AND s.user_id = ANY (m.mentions) AND m.sender_id <> s.user_id
                WHERE s.conversation_id = $1 GROUP BY s.user_id) m
        WHERE r.conversation_id = $1 AND r.user_id = m.user_id`,
      [id],
    );
  }

  private async conversation({ id, kind, groupId }: PlannedLog, at: Date): Promise<void> {
    await this.client.query(`INSERT INTO conversations (id, kind, group_id, created_at) VALUES ($1, $2, $3, $4)`, [
      id,
      kind,
      groupId,
      at,
    ]);
  }

  private messages(conversationId: string, messages: readonly ToldMessage[]): Promise<void> {
    const columns = `messages (id, conversation_id, seq, rev, sender_id, content, reply_to_id, mentions, reactions, pinned,
      pinned_at, created_at, edited_at, deleted_at, deleted_by)`;
    return this.insert(columns, messages, [
      ['uuid', ({ id }) => id],
      ['uuid', () => conversationId],
      ['bigint', ({ seq }) => seq],
      ['bigint', ({ rev }) => rev],
      ['uuid', ({ sender }) => sender.id],
      ['text', ({ content }) => content],
      ['uuid', ({ replyTo }) => replyTo?.id],
      ['text::uuid[]', ({ mentions }) => `{${mentions.map(({ id }) => id).join()}}`],
      ['text::json', ({ reactions }) => (reactions.length === 0 ? null : JSON.stringify(reactions.map(countOf)))],
      ['boolean', ({ pinnedAt }) => pinnedAt !== undefined],
      ['timestamptz', ({ pinnedAt }) => pinnedAt],
      ['timestamptz', ({ createdAt }) => createdAt],
      ['timestamptz', ({ editedAt }) => editedAt],
      ['timestamptz', ({ deletedAt }) => deletedAt],
      ['uuid', ({ deletedAt, sender }) => deletedAt && sender.id],
    ]);
  }

  private async details(messages: readonly ToldMessage[]): Promise<void> {
    const reactions = messages.flatMap(({ id, reactions }) =>
      reactions.flatMap(({ emoji, people, at }) => people.map((person) => ({ id, emoji, person, at }))),
    );
    await this.insert('message_reactions (message_id, emoji, user_id, created_at)', reactions, [
      ['uuid', ({ id }) => id],
      ['text', ({ emoji }) => emoji],
      ['uuid', ({ person }) => person.id],
      ['timestamptz', ({ at }) => at],
    ]);
    const edits = messages.flatMap(({ id, edits }) => edits.map((edit) => ({ id, ...edit })));
    await this.insert('message_edits (message_id, rev, content, replaced_at)', edits, [
      ['uuid', ({ id }) => id],
      ['bigint', ({ rev }) => rev],
      ['text', ({ content }) => content],
      ['timestamptz', ({ replacedAt }) => replacedAt],
    ]);
  }

  /** `columns`: the type of each, and its value in a row; `text::json` is sent as the one and stored as the other. */
  private async insert<Row>(
    into: string,
    rows: readonly Row[],
    columns: readonly [type: string, valueOf: (row: Row) => unknown][],
  ): Promise<void> {
    if (rows.length === 0) return;
    const types = columns.map(([type]) => type.split('::'));
    const names = columns.map((_, n) => `v${n}`);
    const arrays = types.map(([sent], n) => `$${n + 1}::${sent}[]`);
    const values = types.map(([, stored], n) => (stored === undefined ? `v${n}` : `v${n}::${stored}`));
    await this.client.query(
      `INSERT INTO ${into} SELECT ${values.join()} FROM unnest(${arrays.join()}) AS seed (${names.join()})`,
      columns.map(([, valueOf]) => rows.map(valueOf)),
    );
  }
}

function countOf({ emoji, people }: ToldMessage['reactions'][number]): { emoji: string; count: number } {
  return { emoji, count: people.length };
}

export function logsOf({ groups, dms }: Community): PlannedLog[] {
  return [...groups.flatMap(({ channels }) => channels), ...dms];
}
