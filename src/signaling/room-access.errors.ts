import { Conflict, DomainError, Forbidden, NotFound } from '../common/domain-error.js';

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

/** Somebody else's, or nobody's. */
export class NotRoomOwner extends Forbidden {
  constructor() {
    super('Only the owner of the room may do this.');
  }
}

export class OwnerStays extends Conflict {
  constructor() {
    super('The owner of the room cannot be removed.');
  }
}

export class TooManyRules extends Conflict {
  constructor(limit: number) {
    super(`You own ${limit} rooms already: give one up first.`);
  }
}

export class TooManyStandings extends Conflict {
  constructor(limit: number) {
    super(`A room holds at most ${limit} invitations and removals: withdraw one first.`);
  }
}

/** Nobody is there and nobody owns it, or the caller may not know of it. */
export class RoomNotFound extends NotFound {
  constructor() {
    super('There is nobody in this room, or it is not open to you.');
  }
}

export class ParticipantNotFound extends NotFound {
  constructor() {
    super('No such participant.');
  }
}

export class StandingNotFound extends NotFound {
  constructor() {
    super('There is no such invitation or removal.');
  }
}
