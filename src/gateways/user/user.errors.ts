import { Conflict, NotFound } from '../../common/domain-error.js';

export class NotSubscribed extends NotFound {
  constructor() {
    super('This socket has no such subscription.');
  }
}

export class SubscribedAlready extends Conflict {
  constructor() {
    super('This socket is subscribed to it already.');
  }
}

export class TooManySubscriptions extends Conflict {
  constructor(limit: number) {
    super(`A socket has at most ${limit} subscriptions.`);
  }
}
