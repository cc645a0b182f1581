import { Conflict, Forbidden, NotFound } from '../common/domain-error.js';

export class MessageNotFound extends NotFound {
  constructor() {
    super('No such message.');
  }
}

/** Not a member, or no such conversation: a stranger cannot tell which. */
export class NoAccess extends NotFound {
  constructor() {
    super('No such conversation, or you are no member of it.');
  }
}

export class NonceReused extends Conflict {
  constructor() {
    super('This nonce was used for another message.');
  }
}

export class OtherEpoch extends Conflict {
  constructor() {
    super('The log was restored since: load the conversation anew.');
  }
}

export class NotTheSender extends Forbidden {
  constructor() {
    super('Only who sent a message may edit it.');
  }
}

export class NotAModerator extends Forbidden {
  constructor() {
    super('Only moderators and up may do this.');
  }
}

/** Either side of a direct conversation has blocked the other. */
export class Blocked extends Forbidden {
  constructor() {
    super('One of you has blocked the other.');
  }
}

export class TooManyReactions extends Conflict {
  constructor(most: number) {
    super(`A message has at most ${most} different reactions.`);
  }
}

export class TooManyPins extends Conflict {
  constructor(most: number) {
    super(`A conversation has at most ${most} pinned messages.`);
  }
}
