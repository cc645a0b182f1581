import { Injectable } from '@nestjs/common';
import type { UserId } from '../../common/ids.js';
import { GroupMembership } from '../../groups/group-membership.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { Asker, LiveTopic, WriteRule } from '../live-topic.js';

/** Who may read and write a topic: what its owner has decided. Memberships are asked for each time, and kept nowhere. */
@Injectable()
export class LiveAccess {
  constructor(private readonly membership: GroupMembership) {}

  mayRead(topic: LiveTopic, asker: Asker): Promise<boolean> {
    return this.may(topic.rules.read, topic, asker);
  }

  mayWrite(topic: LiveTopic, asker: Asker, tx: Tx): Promise<boolean> {
    return this.may(topic.rules.write, topic, asker, tx);
  }

  /** Those of them who may not read it. */
  async strangersAmong<One extends { asker: Asker }>(topic: LiveTopic, all: readonly One[]): Promise<One[]> {
    const { read, groupId } = topic.rules;
    const undecided = all.flatMap(({ asker }) =>
      asker && decide(read, topic, asker) === undefined ? [asker.userId] : [],
    );
    const members =
      groupId === null || undecided.length === 0
        ? []
        : await this.membership.listMembersAmong(groupId, [...new Set(undecided)]);
    const admitted = new Set<UserId | undefined>(members);
    return all.filter(({ asker }) => !(decide(read, topic, asker) ?? admitted.has(asker?.userId)));
  }

  private async may(rule: WriteRule, topic: LiveTopic, asker: Asker, tx?: Tx): Promise<boolean> {
    const decided = decide(rule, topic, asker);
    if (decided !== undefined || asker === undefined) return decided ?? false;
    const { groupId } = topic.rules;
    return groupId !== null && this.membership.isMember(groupId, asker.userId, tx);
  }
}

export function isOwner({ ownerId }: LiveTopic, asker: Asker): boolean {
  return asker !== undefined && asker.guest !== true && asker.userId === ownerId;
}

/** Undefined: it depends on who belongs to the group. */
function decide(rule: WriteRule, topic: LiveTopic, asker: Asker): boolean | undefined {
  if (rule === 'public' || isOwner(topic, asker)) return true;
  if (asker === undefined || asker.guest === true || rule === 'owner') return false;
  return rule === 'authenticated' ? true : undefined;
}
