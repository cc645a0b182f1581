import { NotFound } from '../common/domain-error.js';

/** The channel is not there, or the caller is no member of its group: the two look the same. */
export class ChannelNotFound extends NotFound {
  constructor() {
    super('No such channel.');
  }
}
