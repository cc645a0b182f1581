import { DomainError, FieldProblem, Forbidden, NotFound } from '../common/domain-error.js';

/** The request brought no access token. */
export class AuthRequired extends DomainError {
  readonly code = 'auth_required';

  constructor() {
    super('An access token is required.');
  }
}

/** One sentence for everything that is wrong with a token: it tells nobody how far a forged one got. */
export class InvalidToken extends DomainError {
  readonly code = 'invalid_token';

  constructor() {
    super('The token is not valid.');
  }
}

export class ExpiredToken extends DomainError {
  readonly code = 'expired_token';

  constructor() {
    super('The token has expired.');
  }
}

/** The same for an unknown user and for a wrong password. */
export class InvalidCredentials extends DomainError {
  readonly code = 'invalid_credentials';

  constructor() {
    super('The username, e-mail address or password is not right.');
  }
}

export class WrongCurrentPassword extends DomainError {
  readonly code = 'invalid_credentials';
  override readonly details: FieldProblem[] = [{ field: 'current_password', problems: ['is not right'] }];

  constructor() {
    super('The current password is not right.');
  }
}

export class GuestsNotEnabled extends Forbidden {
  constructor() {
    super('This server takes no guests.');
  }
}

export class NotForGuests extends Forbidden {
  constructor() {
    super('Guests may not do this: it needs an account.');
  }
}

export class SessionNotFound extends NotFound {
  constructor() {
    super('No such session.');
  }
}
