import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import type { Position } from '../../common/paging.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { MESSAGE_COLUMNS, messageStateOf } from '../../messages/found-message.js';
import type { FoundMessageRow } from '../../messages/found-message.js';
import type { MessageState } from '../../messages/message.js';
import type { Feature } from '../dto/search.dto.js';
import type { SearchText } from '../internal/search-text.js';

export interface SearchRequest {
  userId: UserId;
  query: SearchText;
  groupId?: GroupId | undefined;
  channelId?: ConversationId | undefined;
  senderId?: UserId | undefined;
  before?: Date | undefined;
  after?: Date | undefined;
  has?: Feature | undefined;
  /** The last message of the page before. */
  olderThan?: Position | undefined;
  limit: number;
}

export interface Found {
  message: MessageState;
  /** Both sides of a DM; undefined in a channel. */
  sides: UserId[] | undefined;
}

/** The latest changes of a log that are looked through when they are not in the index yet. */
const MOST_UNINDEXED = 1000;

const HAS: Record<Feature, string> = {
  attachment: 'm.attachments IS NOT NULL',
  image: `EXISTS (SELECT FROM json_array_elements(m.attachments) a WHERE a->>'type' LIKE 'image/%')`,
  link: `m.content ~* 'https?://'`,
  mention: `m.mentions <> '{}'`,
  reaction: 'm.reactions IS NOT NULL',
  reply: 'm.reply_to_id IS NOT NULL',
  pin: 'm.pinned',
};

@Injectable()
export class SearchRepository {
  constructor(private readonly transactions: TransactionRunner) {}

  /**
   * Newest first, in one snapshot. It is planned anew for each search: a rare word is looked up in the index of words, for a
   * common one the latest messages are gone through, and only the word tells which.
   */
  async find(request: SearchRequest): Promise<Found[]> {
    const { text, values } = searchStatement(request);
    const rows = await this.transactions.read((tx) =>
      tx.query<(FoundMessageRow & { user_low_id: UserId | null; user_high_id: UserId | null })[]>(text, values),
    );
    return rows.map((row) => ({
      message: messageStateOf(row),
      sides: row.user_low_id && row.user_high_id ? [row.user_low_id, row.user_high_id] : undefined,
    }));
  }
}

/** What is asked for, and only that: conditions that are not there need not be planned for. */
export function searchStatement(request: SearchRequest): { text: string; values: unknown[] } {
  const { userId, query, groupId, channelId, senderId, before, after, has, olderThan, limit } = request;
  const values: unknown[] = [userId, query.text, limit];
  const given = (value: unknown, condition: (parameter: string) => string) =>
    value === undefined ? [] : [condition(`$${values.push(value)}`)];
  const ofGroup = given(groupId, (value) => `g.group_id = ${value}`);
  const ofChannel = given(channelId, (value) => `v.id = ${value}`);
  const only = [
    'm.deleted_at IS NULL',
    ...given(senderId, (value) => `m.sender_id = ${value}`),
    ...(has === undefined ? [] : [HAS[has]]),
  ].join(' AND ');
  const within = [
    ...given(before, (value) => `sent.at < ${value}::timestamptz`),
    ...given(after, (value) => `sent.at >= ${value}::timestamptz`),
    ...given(olderThan?.at, (at) =>
      given(olderThan?.id, (id) => `(sent.at, sent.id) < (${at}::timestamptz, ${id}::uuid)`).join(''),
    ),
  ];
  const sent = (at: string, id: string) =>
    within.map((condition) => `AND ${condition.replaceAll('sent.at', at).replaceAll('sent.id', id)}`).join(' ');
  const inChannel = channelId === undefined ? '' : `AND t.conversation_id = $${values.indexOf(channelId) + 1}`;
  const words = `websearch_to_tsquery('simple', $2)`;
  const wanted = query.prefix ? `(nullif(${words}::text, '') || ':*')::tsquery` : words;
  const dms = `
    UNION ALL
    SELECT v.id, v.last_seq, d.user_low_id, d.user_high_id FROM dms d JOIN conversations v ON v.id = d.conversation_id
     WHERE d.user_low_id = $1 OR d.user_high_id = $1`;
  const text = `
    WITH mine AS MATERIALIZED (
      SELECT c.*, coalesce(p.indexed_rev, 0) AS indexed_rev FROM (
        SELECT v.id, v.last_seq, NULL::uuid AS user_low_id, NULL::uuid AS user_high_id
          FROM group_members g JOIN conversations v ON v.group_id = g.group_id
         WHERE ${['g.user_id = $1', ...ofGroup, ...ofChannel].join(' AND ')}
        ${groupId === undefined && channelId === undefined ? dms : ''}
      ) AS c LEFT JOIN search_positions p ON p.conversation_id = c.id),
    indexed AS (
      SELECT t.message_id AS id, t.sent_at FROM message_terms t JOIN mine c ON c.id = t.conversation_id
        JOIN messages m ON m.id = t.message_id AND m.rev <= c.indexed_rev
       WHERE t.terms @@ ${wanted} ${inChannel} ${sent('t.sent_at', 't.message_id')} AND ${only}
       ORDER BY t.sent_at DESC, t.message_id DESC LIMIT $3),
    recent AS (
      SELECT m.id, m.created_at AS sent_at FROM mine c CROSS JOIN LATERAL (
        SELECT * FROM messages x WHERE x.conversation_id = c.id AND x.rev > c.indexed_rev
         ORDER BY x.rev DESC LIMIT ${MOST_UNINDEXED}) AS m
       WHERE c.last_seq > c.indexed_rev AND to_tsvector('simple', m.content) @@ ${wanted} ${sent('m.created_at', 'm.id')} AND ${only}
       ORDER BY m.created_at DESC, m.id DESC LIMIT $3)
    SELECT ${MESSAGE_COLUMNS}, c.user_low_id, c.user_high_id
      FROM (SELECT * FROM indexed UNION ALL SELECT * FROM recent ORDER BY sent_at DESC, id DESC LIMIT $3) AS found
      JOIN messages m ON m.id = found.id JOIN users u ON u.id = m.sender_id JOIN mine c ON c.id = m.conversation_id
     ORDER BY found.sent_at DESC, found.id DESC`;
  return { text, values };
}
