import { DomainError } from '../common/domain-error.js';

/** A signal's target is not here (protocol section 1.2). */
export class TargetNotFound extends DomainError {
  readonly code = 'target_not_found';
  override readonly details;

  constructor(field: string, target: string) {
    super('The target of the signal is not here.');
    this.details = [{ field, problems: [`${target} is not here`] }];
  }
}

export class RoomFull extends DomainError {
  readonly code = 'room_full';

  constructor() {
    super('The room is at its limit of participants.');
  }
}

/** Another user holds the id in the room (protocol section 5). */
export class SeatTaken extends DomainError {
  readonly code = 'forbidden';

  constructor() {
    super('Another user has this id in the room.');
  }
}
