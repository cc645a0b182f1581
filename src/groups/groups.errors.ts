import { Conflict, Forbidden, NotFound, ValidationFailed } from '../common/domain-error.js';

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

export class BannedFromGroup extends Forbidden {
  constructor() {
    super('You are banned from this group.');
  }
}

export class BanNotFound extends NotFound {
  constructor() {
    super('No such ban.');
  }
}

/** Whom one bans need not be a member, but has to be somebody. */
export class UserNotThere extends NotFound {
  constructor() {
    super('No such user.');
  }
}

export class AlreadyOwner extends ValidationFailed {
  constructor() {
    super([{ field: 'user_id', problems: ['must be another member'] }]);
  }
}
