import { DomainError, Forbidden } from '../common/domain-error.js';

export class RoomLocked extends DomainError {
  readonly code = 'room_locked';

  constructor() {
    super('The room is locked.');
  }
}

export class NotAdmitted extends Forbidden {
  constructor() {
    super('This room is not open to you.');
  }
}
