import { DomainError, NotFound, ValidationFailed } from '../common/domain-error.js';

export class AttachmentNotFound extends NotFound {
  constructor() {
    super('No such file.');
  }
}

export class FileTooLarge extends DomainError {
  readonly code = 'too_large';

  constructor(most: number) {
    super(`The file is over ${most} bytes.`);
  }
}

export class QuotaUsedUp extends DomainError {
  readonly code = 'too_large';

  constructor(quota: number) {
    super(`Your files would take over ${quota} bytes: delete some first.`);
  }
}

/** A file in a form that this does not take; `problem` goes on from "The file". */
export class FileRefused extends ValidationFailed {
  constructor(problem: string) {
    super([{ field: 'file', problems: [problem] }]);
  }
}
