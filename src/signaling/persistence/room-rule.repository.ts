import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Gathering } from '../../common/gathering.js';
import type { UserId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { RoomName } from '../room-kind.js';
import type { Ruling } from '../room-rule.js';

interface RulingQuestion extends RoomName {
  userId: UserId;
}

// One read answers "has this room a rule, and how does it stand to this user": it joins what the foreign keys point to.
const RULINGS = statement(`
  SELECT asked.n::int, r.access, r.locked, r.owner_id = asked.user_id AS "isOwner",
         m.user_id IS NOT NULL AS "isGroupMember", s.standing
    FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS asked(kind, room_id, user_id, n)
    JOIN room_rules r ON r.kind = asked.kind AND r.room_id = asked.room_id
    LEFT JOIN room_standings s ON s.kind = r.kind AND s.room_id = r.room_id AND s.user_id = asked.user_id
    LEFT JOIN group_members m ON m.group_id = r.group_id AND m.user_id = asked.user_id`);

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
