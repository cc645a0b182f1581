import { NotFound } from '../common/domain-error.js';

export class ConversationNotFound extends NotFound {
  constructor() {
    super('No such conversation.');
  }
}
