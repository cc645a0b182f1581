import { Conflict, FieldProblem, NotFound } from '../common/domain-error.js';

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
