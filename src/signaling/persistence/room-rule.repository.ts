import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Gathering } from '../../common/gathering.js';
import type { UserId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { RoomName } from '../room-kind.js';
import type { RoomRule, Ruling, Standing } from '../room-rule.js';
import { RoomRuleRow } from './room-rule.entity.js';
import { RoomStandingRow } from './room-standing.entity.js';

export interface RulingQuestion extends RoomName {
  userId: UserId;
}

export interface RoomStanding {
  userId: UserId;
  standing: Standing;
}

// One read answers "has this room a rule, and how does it stand to this user": it joins what the foreign keys point to.
const RULINGS = statement(`
  SELECT asked.n::int, r.access, r.locked, r.owner_id = asked.user_id AS "isOwner",
         m.user_id IS NOT NULL AS "isGroupMember", s.standing
    FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS asked(kind, room_id, user_id, n)
    JOIN room_rules r ON r.kind = asked.kind AND r.room_id = asked.room_id
    LEFT JOIN room_standings s ON s.kind = r.kind AND s.room_id = r.room_id AND s.user_id = asked.user_id
    LEFT JOIN group_members m ON m.group_id = r.group_id AND m.user_id = asked.user_id`);

const RULED = statement(`
  SELECT r.kind, r.room_id AS "roomId"
    FROM unnest($1::text[], $2::text[]) AS asked(kind, room_id)
    JOIN room_rules r ON r.kind = asked.kind AND r.room_id = asked.room_id`);

const ROOMS_AT_ONCE = 1000;

@Injectable()
export class RoomRuleRepository {
  private readonly rulings: Gathering<RulingQuestion, Ruling | undefined>;

  constructor(
    private readonly prepared: PreparedStatements,
    clock: Clock,
  ) {
    this.rulings = new Gathering((questions) => this.listRulings(questions), clock);
  }

  /** Undefined: the room has no rule. Those who ask at once share a query. */
  rulingOn(question: RulingQuestion): Promise<Ruling | undefined> {
    return this.rulings.ask(question);
  }

  /** Those of the rooms that have a rule. */
  async listRuled(rooms: readonly RoomName[]): Promise<RoomName[]> {
    const ruled: RoomName[] = [];
    for (let from = 0; from < rooms.length; from += ROOMS_AT_ONCE) {
      const some = rooms.slice(from, from + ROOMS_AT_ONCE);
      const columns = [some.map(({ kind }) => kind), some.map(({ roomId }) => roomId)];
      ruled.push(...(await this.prepared.objects<RoomName>(RULED, columns)));
    }
    return ruled;
  }

  async find(tx: Tx, { kind, roomId }: RoomName): Promise<RoomRule | undefined> {
    return (await tx.findOneBy(RoomRuleRow, { kind, roomId })) ?? undefined;
  }

  /** Also orders all changes of the rule, and of whom it invites and removes, until `tx` ends. */
  async lock(tx: Tx, { kind, roomId }: RoomName): Promise<RoomRule | undefined> {
    const rule = await tx.findOne(RoomRuleRow, { where: { kind, roomId }, lock: { mode: 'pessimistic_write' } });
    return rule ?? undefined;
  }

  /** Does nothing when the room has a rule already. */
  async insert(tx: Tx, { kind, roomId }: RoomName, rule: RoomRule): Promise<void> {
    await tx
      .createQueryBuilder()
      .insert()
      .into(RoomRuleRow)
      .values({ kind, roomId, ...rule })
      .orIgnore()
      .execute();
  }

  async update(
    tx: Tx,
    { kind, roomId }: RoomName,
    changes: Partial<Pick<RoomRule, 'access' | 'groupId' | 'locked' | 'updatedAt'>>,
  ): Promise<void> {
    await tx.update(RoomRuleRow, { kind, roomId }, changes);
  }

  async delete(tx: Tx, { kind, roomId }: RoomName): Promise<void> {
    await tx.delete(RoomRuleRow, { kind, roomId });
  }

  countOwnedBy(tx: Tx, ownerId: UserId): Promise<number> {
    return tx.countBy(RoomRuleRow, { ownerId });
  }

  /** Oldest first. */
  async listStandings(tx: Tx, { kind, roomId }: RoomName): Promise<RoomStanding[]> {
    return tx.find(RoomStandingRow, { where: { kind, roomId }, order: { since: 'ASC', userId: 'ASC' } });
  }

  countStandings(tx: Tx, { kind, roomId }: RoomName): Promise<number> {
    return tx.countBy(RoomStandingRow, { kind, roomId });
  }

  /** In place of what was decided about the user before. */
  async putStanding(
    tx: Tx,
    { kind, roomId }: RoomName,
    { userId, standing, since }: RoomStanding & { since: Date },
  ): Promise<void> {
    await tx.upsert(RoomStandingRow, { kind, roomId, userId, standing, since }, ['kind', 'roomId', 'userId']);
  }

  /** False: the user had no such standing. */
  async deleteStanding(tx: Tx, { kind, roomId }: RoomName, { userId, standing }: RoomStanding): Promise<boolean> {
    const { affected } = await tx.delete(RoomStandingRow, { kind, roomId, userId, standing });
    return (affected ?? 0) > 0;
  }

  private async listRulings(questions: readonly RulingQuestion[]): Promise<(Ruling | undefined)[]> {
    const columns = [
      questions.map(({ kind }) => kind),
      questions.map(({ roomId }) => roomId),
      questions.map(({ userId }) => userId),
    ];
    const rows = await this.prepared.objects<Ruling & { n: number }>(RULINGS, columns);
    const rulings = new Map(rows.map(({ n, ...ruling }) => [n, ruling]));
    return questions.map((_, index) => rulings.get(index + 1));
  }
}
