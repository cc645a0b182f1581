import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { Clock } from '../../common/clock.js';
import { Gathering } from '../../common/gathering.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { ChannelType } from '../channel-type.js';
import type { ChannelPage, ChannelView } from '../channel.js';
import { Channel } from './channel.entity.js';

// bigint, which Postgres sends as text.
type ChannelRow = Omit<ChannelView, 'lastSeq' | 'membershipVersion'> & { lastSeq: string; membershipVersion: string };

// One query answers "is there such a channel, may this user see it, as what, and where does its log stand":
// it joins what the foreign keys point to, and only reads.
const VIEW = `
  SELECT c.id, c.group_id AS "groupId", c.name, c.type, c.topic, c.slow_mode_s AS "slowModeS", c.position, m.role,
         v.last_seq AS "lastSeq", v.membership_version AS "membershipVersion",
         c.created_at AS "createdAt", c.updated_at AS "updatedAt"
    FROM channels c
    JOIN conversations v ON v.id = c.id
    JOIN group_members m ON m.group_id = c.group_id AND m.user_id = $1`;

const TYPES = statement(`
  SELECT asked.n::int, c.type
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS asked(channel_id, user_id, n)
    JOIN channels c ON c.id = asked.channel_id
    JOIN group_members m ON m.group_id = c.group_id AND m.user_id = asked.user_id`);

interface Membership {
  channelId: ConversationId;
  userId: UserId;
}

@Injectable()
export class ChannelRepository {
  private readonly types: Gathering<Membership, ChannelType | undefined>;

  constructor(
    private readonly prepared: PreparedStatements,
    clock: Clock,
  ) {
    this.types = new Gathering((memberships) => this.listTypes(memberships), clock);
  }

  /** As the last one of its group; of two that are made at once, by their ids. */
  async insert(tx: Tx, channel: Omit<Channel, 'position'>): Promise<void> {
    const [last] = await tx.query<{ position: number | null }[]>(
      'SELECT max(position) AS position FROM channels WHERE group_id = $1',
      [channel.groupId],
    );
    await tx.insert(Channel, { ...channel, position: (last?.position ?? -1) + 1 });
  }

  async findForMember(tx: Tx, channelId: ConversationId, userId: UserId): Promise<ChannelView | undefined> {
    const [row] = await tx.query<ChannelRow[]>(`${VIEW} WHERE c.id = $2`, [userId, channelId]);
    return row && viewOf(row);
  }

  findTypeForMember(channelId: ConversationId, userId: UserId): Promise<ChannelType | undefined> {
    return this.types.ask({ channelId, userId });
  }

  /** A group's channels in their order; none for a stranger. */
  async listForMember(
    tx: Tx,
    { groupId, userId, limit, after }: ChannelPage & { groupId: GroupId; userId: UserId },
  ): Promise<ChannelView[]> {
    const rows = await tx.query<ChannelRow[]>(
      `${VIEW}
        WHERE c.group_id = $2 AND ($3::integer IS NULL OR (c.position, c.id) > ($3, $4::uuid))
        ORDER BY c.position, c.id LIMIT $5`,
      [userId, groupId, after?.position ?? null, after?.id ?? null, limit],
    );
    return rows.map(viewOf);
  }

  /** Puts a channel at this place among its group's, from 0, or at their end; numbers them all anew, without gaps. */
  async move(tx: Tx, groupId: GroupId, id: ConversationId, place: number): Promise<void> {
    // In the order of their ids, so that of two who order at once one waits, and sees what the other has done.
    await tx.query('SELECT 1 FROM channels WHERE group_id = $1 ORDER BY id FOR NO KEY UPDATE', [groupId]);
    await tx.query(
      `WITH others AS (
         SELECT id, (row_number() OVER (ORDER BY position, id) - 1)::int AS place
           FROM channels WHERE group_id = $1 AND id <> $2),
       places AS (
         SELECT id, place + (place >= $3::int)::int AS place FROM others
         UNION ALL SELECT $2::uuid, least($3::int, (SELECT count(*)::int FROM others)))
       UPDATE channels c SET position = p.place FROM places p WHERE c.id = p.id AND c.position <> p.place`,
      [groupId, id, place],
    );
  }

  async listIds(tx: Tx, groupId: GroupId): Promise<ConversationId[]> {
    const channels = await tx.find(Channel, { select: { id: true }, where: { groupId } });
    return channels.map(({ id }) => id);
  }

  async update(
    tx: Tx,
    id: ConversationId,
    changes: Partial<Pick<Channel, 'name' | 'topic' | 'slowModeS' | 'updatedAt'>>,
  ): Promise<void> {
    await tx.update(Channel, { id }, changes);
  }

  private async listTypes(memberships: readonly Membership[]): Promise<(ChannelType | undefined)[]> {
    const ids = [memberships.map(({ channelId }) => channelId), memberships.map(({ userId }) => userId)];
    const rows = new Map(await this.prepared.arrays<[n: number, type: ChannelType]>(TYPES, ids));
    return memberships.map((_, index) => rows.get(index + 1));
  }
}

function viewOf(row: ChannelRow): ChannelView {
  return { ...row, lastSeq: Number(row.lastSeq), membershipVersion: Number(row.membershipVersion) };
}
