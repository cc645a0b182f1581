import { Injectable } from '@nestjs/common';
import type { GroupId, UserId } from '../../common/ids.js';
import type { Membership } from '../../groups/group.js';
import { GroupMembership } from '../../groups/group-membership.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import type { Asker, LiveTopic, WriteRule } from '../live-topic.js';

const ASKED_AT_ONCE = 1000;

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
    const members = await this.membersAmong(membershipsOf(topic, all));
    const { read, groupId } = topic.rules;
    return all.filter(({ asker }) => !(decide(read, topic, asker) ?? members.has(nameOf({ groupId, ...asker }))));
  }

  /** Whether all those memberships are there on which it depends that these followers may read these topics, asked at once. */
  async areMembers(followed: readonly Membership[][]): Promise<boolean[]> {
    const members = await this.membersAmong(followed.flat());
    return followed.map((memberships) => memberships.every((membership) => members.has(nameOf(membership))));
  }

  /** By name. */
  private async membersAmong(asked: readonly Membership[]): Promise<Set<string>> {
    const distinct = [...new Map(asked.map((membership) => [nameOf(membership), membership])).values()];
    const members = new Set<string>();
    for (let from = 0; from < distinct.length; from += ASKED_AT_ONCE)
      for (const member of await this.membership.listAmong(distinct.slice(from, from + ASKED_AT_ONCE)))
        members.add(nameOf(member));
    return members;
  }

  private async may(rule: WriteRule, topic: LiveTopic, asker: Asker, tx?: Tx): Promise<boolean> {
    const decided = decide(rule, topic, asker);
    if (decided !== undefined || asker === undefined) return decided ?? false;
    const { groupId } = topic.rules;
    return groupId !== null && this.membership.isMember(groupId, asker.userId, tx);
  }
}

/** The memberships on which it depends that these may read it. */
export function membershipsOf(topic: LiveTopic, all: readonly { asker: Asker }[]): Membership[] {
  const { read, groupId } = topic.rules;
  if (read !== 'group' || groupId === null) return [];
  return all.flatMap(({ asker }) =>
    asker && decide(read, topic, asker) === undefined ? [{ groupId, userId: asker.userId }] : [],
  );
}

export function isOwner({ ownerId }: LiveTopic, asker: Asker): boolean {
  return asker !== undefined && asker.guest !== true && asker.userId === ownerId;
}

function nameOf({ groupId, userId }: { groupId: GroupId | null; userId?: UserId }): string {
  return `${groupId ?? ''} ${userId ?? ''}`;
}

/** Undefined: it depends on who belongs to the group. */
function decide(rule: WriteRule, topic: LiveTopic, asker: Asker): boolean | undefined {
  if (rule === 'public' || isOwner(topic, asker)) return true;
  if (asker === undefined || asker.guest === true || rule === 'owner') return false;
  return rule === 'authenticated' ? true : undefined;
}
