import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Clock } from '../../common/clock.js';
import { Ids, parseId, SessionId, UserId } from '../../common/ids.js';
import { Settings } from '../../config/settings.js';
import { Identity } from '../../realtime/connection-authenticator.js';
import { ExpiredToken, InvalidToken } from '../auth.errors.js';
import { ALGORITHM, NAME, TOKEN_MAX, VERIFICATION } from './access-tokens.js';
import { headerType } from './jwt-header.js';

const HEADER_TYPE = 'guest+jwt';
const KIND = 'guest';
/** Nothing ends it sooner, and it opens nothing that is kept: long enough for one day's meetings. */
export const GUEST_TOKEN_TTL_S = 43_200;

type Claims = Record<string, unknown>;

/** Who a guest is. Without a row anywhere: the token says all of it. */
export interface Guest {
  id: UserId;
  username: string;
}

export interface IssuedGuestToken {
  token: string;
  identity: Identity;
}

/** Makes and checks the tokens of guests: of another `typ` than access tokens, so that neither passes for the other. */
@Injectable()
export class GuestTokens {
  /** See `AccessTokens`. */
  private readonly key: Buffer;

  constructor(
    private readonly jwt: JwtService,
    settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.key = createSecretKey(Buffer.from(settings.JWT_SECRET)) as unknown as Buffer;
  }

  async issue({ id, username }: Guest): Promise<IssuedGuestToken> {
    const iat = Math.floor(this.clock.now() / 1000);
    const exp = iat + GUEST_TOKEN_TTL_S;
    const claims = { iss: NAME, aud: NAME, sub: id, username, typ: KIND, iat, exp, jti: this.ids.next() };
    const header = { alg: ALGORITHM, typ: HEADER_TYPE };
    const token = await this.jwt.signAsync(claims, { secret: this.key, algorithm: ALGORITHM, header });
    return { token, identity: identityOf({ id, username }, exp) };
  }

  isGuestToken(token: string): boolean {
    return token.length <= TOKEN_MAX && headerType(this.jwt, token) === HEADER_TYPE;
  }

  /** @throws InvalidToken, ExpiredToken */
  async verify(token: string): Promise<Identity> {
    if (!this.isGuestToken(token)) throw new InvalidToken();
    const claims = await this.jwt.verifyAsync<Claims>(token, { ...VERIFICATION, secret: this.key }).catch(() => {
      throw new InvalidToken();
    });
    const id = parseId<UserId>(claims['sub']);
    const { username, exp } = claims;
    if (claims['typ'] !== KIND || id === undefined || typeof username !== 'string' || typeof exp !== 'number')
      throw new InvalidToken();
    if (exp * 1000 <= this.clock.now()) throw new ExpiredToken();
    return identityOf({ id, username }, exp);
  }
}

/** A guest has no session; what asks for one gets an id that no session has. */
function identityOf({ id, username }: Guest, exp: number): Identity {
  const sessionId = id as string as SessionId;
  return { userId: id, username, sessionId, tokenExpiresAt: new Date(exp * 1000), guest: true };
}
