import { Conflict, DomainError, Forbidden, NotFound } from '../common/domain-error.js';

export class TopicNotFound extends NotFound {
  constructor() {
    super('The topic has no value.');
  }
}

export class TopicNotReadable extends Forbidden {
  constructor() {
    super('The rules of the topic do not let you read it.');
  }
}

export class TopicNotWritable extends Forbidden {
  constructor() {
    super('The rules of the topic do not let you write it.');
  }
}

export class NotTheOwner extends Forbidden {
  constructor() {
    super('Only the owner of the topic may do this.');
  }
}

export class GuestsOwnNothing extends Forbidden {
  constructor() {
    super('There is no such topic, and making one needs an account.');
  }
}

export class OtherVersion extends Conflict {
  constructor(version: number) {
    super(`The topic is at version ${version}.`);
  }
}

export class TooManyTopics extends Conflict {
  constructor(most: number) {
    super(`You own ${most} topics; delete does not give a name up, so use one of yours again.`);
  }
}

export class ValueTooLarge extends DomainError {
  readonly code = 'too_large';

  constructor(most: number) {
    super(`The value is over ${most} bytes.`);
  }
}

export class NotAValue extends DomainError {
  readonly code = 'bad_json';
}
