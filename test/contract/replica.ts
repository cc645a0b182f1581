import { Member, SetDelta, SetSnapshot } from '../../src/cluster/cluster.js';

/** A receiver as the interface describes it: a snapshot, and the deltas that it did not have yet. */
export class Replica {
  private version = 0;
  private readonly members = new Map<string, Member>();
  readonly faults: string[] = [];

  constructor(snapshot: SetSnapshot) {
    this.version = snapshot.version;
    for (const member of snapshot.members) this.members.set(member.member, member);
  }

  apply({ version, kind, entry: changed }: SetDelta): void {
    const known = this.members.get(changed.member);
    if (version <= this.version) this.faults.push(`version ${version} after ${this.version}`);
    if (this.members.size > 0 && version !== this.version + 1) this.faults.push(`a hole before ${version}`);
    if ((kind === 'joined') !== (known === undefined)) this.faults.push(`${kind} of ${changed.member}`);
    if (known && known.order !== changed.order) this.faults.push(`the order changed with ${version}`);
    if (known?.leaving && kind === 'leaving') this.faults.push(`told twice that ${changed.member} is leaving`);
    this.version = version;
    if (kind === 'left') this.members.delete(changed.member);
    else this.members.set(changed.member, changed);
  }

  state(): SetSnapshot {
    const members = [...this.members.values()].sort((x, y) => x.order - y.order);
    return { version: members.length > 0 ? this.version : 0, members };
  }
}
