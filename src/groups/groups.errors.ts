import { Conflict, Forbidden, NotFound } from '../common/domain-error.js';

/** The group is not there, or the caller is no member of it: the two look the same. */
export class GroupNotFound extends NotFound {
  constructor() {
    super('No such group.');
  }
}

export class MemberNotFound extends NotFound {
  constructor() {
    super('No such member of the group.');
  }
}

/** Unknown, expired and used up look the same. */
export class InviteNotFound extends NotFound {
  constructor() {
    super('No such invite, or it is no longer valid.');
  }
}

export class RoleTooLow extends Forbidden {
  constructor() {
    super('Your role in the group does not allow this.');
  }
}

export class OwnerCannotLeave extends Conflict {
  constructor() {
    super('The owner cannot leave the group: delete it, or hand it over first.');
  }
}
