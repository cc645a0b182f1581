import { Conflict, DomainError } from '../common/domain-error.js';
import type { FieldProblem } from '../common/domain-error.js';
import type { GroupId } from '../common/ids.js';

export class WrongPassword extends DomainError {
  readonly code = 'invalid_credentials';
  override readonly details: FieldProblem[] = [{ field: 'password', problems: ['is not right'] }];

  constructor() {
    super('The password is not right.');
  }
}

/** `details` lists the ids of the groups. */
export class OwnsGroups extends Conflict {
  override readonly details: FieldProblem[];

  constructor(groupIds: readonly GroupId[]) {
    super('You own groups with other members: hand them over, or delete them, first.');
    this.details = [{ field: 'groups', problems: [...groupIds] }];
  }
}
