import { Conflict, FieldProblem, Forbidden, NotFound, ValidationFailed } from '../common/domain-error.js';

export class UserNotFound extends NotFound {
  constructor() {
    super('No such user.');
  }
}

export class UsernameTaken extends Conflict {
  override readonly details: FieldProblem[] = [{ field: 'username', problems: ['is taken'] }];

  constructor() {
    super('This username is taken.');
  }
}

export class EmailTaken extends Conflict {
  override readonly details: FieldProblem[] = [{ field: 'email', problems: ['is taken'] }];

  constructor() {
    super('This e-mail address is taken.');
  }
}

export class SelfBlock extends ValidationFailed {
  constructor() {
    super([{ field: 'id', problems: ['must be another user'] }]);
  }
}

export class TooManyBlocks extends Conflict {
  constructor(max: number) {
    super(`You have blocked ${max} users already.`);
  }
}

/** The same whichever of the two it was. */
export class Blocked extends Forbidden {
  constructor() {
    super('One of you has blocked the other.');
  }
}
