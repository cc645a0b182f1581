import { Conflict, DomainError, NotFound } from '../common/domain-error.js';

export class RoomNotFound extends NotFound {
  constructor() {
    super('There is no such room, or you may not know of it.');
  }
}

export class LobbyRoomFull extends DomainError {
  readonly code = 'room_full';

  constructor() {
    super('The room is full.');
  }
}

export class RoomExists extends Conflict {
  constructor() {
    super('There is a room of that id already.');
  }
}

/** The game has begun, has not begun yet, or is over. */
export class WrongMoment extends Conflict {}

export class TooManyRooms extends Conflict {
  constructor() {
    super('There are too many rooms; leave one first.');
  }
}

export class NoSuchLobby extends NotFound {
  constructor() {
    super('There is no lobby of that name.');
  }
}
