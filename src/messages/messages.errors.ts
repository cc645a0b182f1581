import { Conflict, NotFound } from '../common/domain-error.js';

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
