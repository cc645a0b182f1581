import { NotFound, ValidationFailed } from '../common/domain-error.js';

export class NoSuchUser extends NotFound {
  constructor() {
    super('No such user.');
  }
}

export class SelfConversation extends ValidationFailed {
  constructor() {
    super([{ field: 'user_id', problems: ['must be another user'] }]);
  }
}
