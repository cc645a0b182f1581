import { DomainError } from '../common/domain-error.js';

/** Something that every request needs does not answer; `details` names it. */
export class NotReady extends DomainError {
  readonly code = 'unavailable';
  override readonly retryAfterMs = 1000;
  override readonly details;

  constructor(check: string, problem: string) {
    super('This node cannot serve requests now.');
    this.details = [{ field: check, problems: [problem] }];
  }
}
