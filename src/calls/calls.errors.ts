import { Conflict, Forbidden, NotFound } from '../common/domain-error.js';

/** Never was, or is another conversation's: a stranger cannot tell which. */
export class NoSuchCall extends NotFound {
  constructor() {
    super('There is no such call in this conversation.');
  }
}

export class CallMovedOn extends Conflict {
  constructor(phase: string) {
    super(`This call is ${phase}.`);
  }
}

export class NotYourPart extends Forbidden {
  constructor() {
    super('The other side of the call decides this.');
  }
}
