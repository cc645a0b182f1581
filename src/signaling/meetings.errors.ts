import { Conflict, Forbidden } from '../common/domain-error.js';

export class RemovedFromMeeting extends Forbidden {
  constructor() {
    super('The host has removed you from this meeting.');
  }
}

export class ChatDisabled extends Forbidden {
  constructor() {
    super('The host has disabled the chat.');
  }
}

export class TooManyRemoved extends Conflict {
  constructor(limit: number) {
    super(`At most ${limit} users can be removed from a meeting: lock it.`);
  }
}
