import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Caller } from '../../infra/http/current-user.decorator.js';
import { SessionConnectionAuthenticator } from '../session-connection-authenticator.js';
import { GuestsService } from '../guests.service.js';
import { AccessTokens, VERIFICATION } from './access-tokens.js';

const bearerOf = ExtractJwt.fromAuthHeaderAsBearerToken();

/** `Authorization: Bearer` with an access token whose session lives. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly authenticator: SessionConnectionAuthenticator,
    private readonly guests: GuestsService,
  ) {
    super({
      ...VERIFICATION,
      jwtFromRequest: bearerOf,
      passReqToCallback: true,
      secretOrKeyProvider: (_request: Request, token: string, done: (error: unknown, key?: Buffer) => void) => {
        try {
          done(null, tokens.keyFor(token));
        } catch (error) {
          done(error);
        }
      },
    });
  }

  /**
   * Passport writes a request's `success`, `fail` and `error` onto a strategy that it is given as an object: without a
   * copy for each request, one that comes while another is being checked would take over the other's outcome.
   */
  override authenticate(request: Request, options?: object): void {
    const own = Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this);
    super.authenticate.call(own, request, options);
  }

  /** Gets the claims once the signature is right; what it returns becomes `request.user`. */
  validate(request: Request, claims: Record<string, unknown>): Promise<Caller> {
    return this.authenticator.identify(this.tokens.accept(bearerOf(request) ?? '', claims));
  }

  /** Who makes the request, where its token was found genuine lately and only its session is left to ask for. */
  async recognise(request: Request): Promise<Caller | undefined> {
    const claims = this.tokens.known(bearerOf(request) ?? '');
    return claims && this.authenticator.identify(claims);
  }

  /**
   * The guest whose token came with the request, if it is a guest's.
   * @throws InvalidToken, ExpiredToken
   */
  async recogniseGuest(request: Request): Promise<Caller | undefined> {
    return this.guests.identify(bearerOf(request) ?? '');
  }
}
