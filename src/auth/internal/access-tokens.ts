import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../common/clock.js';
import { Ids, parseId, SessionId, UserId } from '../../common/ids.js';
import { Settings } from '../../config/settings.js';
import { ExpiredToken, InvalidToken } from '../auth.errors.js';
import type { LiveSession } from '../persistence/session.repository.js';
import { headerType } from './jwt-header.js';

export const ALGORITHM = 'HS256' as const;
/** Who makes tokens, and whom they are for. */
export const NAME = 'parley';
const HEADER_TYPE = 'at+jwt';
const KIND = 'access';
export const TOKEN_MAX = 4096;
/** Access tokens whose signature is not checked again, though their `exp` is; a client shows the same one for a quarter of an hour. */
const KNOWN_ACCESS_TOKENS_MAX = 4096;

/** How every access token is checked, besides `keyFor` and `claimsOf`. Expiry is left to our own clock. */
export const VERIFICATION = {
  algorithms: [ALGORITHM],
  issuer: NAME,
  audience: NAME,
  ignoreExpiration: true,
};

type Claims = Record<string, unknown>;

export interface AccessClaims {
  userId: UserId;
  sessionId: SessionId;
  expiresAt: Date;
}

export interface IssuedAccessToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
}

/** Makes and checks access tokens: JWTs as RFC 8725 and RFC 9068 (the header's `typ`) want them. */
@Injectable()
export class AccessTokens {
  /** As a key object: of a text, jsonwebtoken would find out each time, at a cost of half a millisecond, what key it is. */
  private readonly key: Buffer;
  private readonly genuine = new LRUCache<string, Claims>({ max: KNOWN_ACCESS_TOKENS_MAX });

  constructor(
    private readonly jwt: JwtService,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    // The libraries take any key of jsonwebtoken's; only their types do not say so.
    this.key = createSecretKey(Buffer.from(settings.JWT_SECRET)) as unknown as Buffer;
  }

  async issue(session: LiveSession): Promise<IssuedAccessToken> {
    const iat = Math.floor(this.clock.now() / 1000);
    const exp = Math.min(iat + this.settings.ACCESS_TOKEN_TTL_S, Math.floor(session.expiresAt.getTime() / 1000));
    const claims = {
      iss: NAME,
      aud: NAME,
      sub: session.userId,
      sid: session.sessionId,
      username: session.username,
      typ: KIND,
      iat,
      exp,
      jti: this.ids.next(),
    };
    const header = { alg: ALGORITHM, typ: HEADER_TYPE };
    const token = await this.jwt.signAsync(claims, { secret: this.key, algorithm: ALGORITHM, header });
    return { token, expiresIn: exp - iat };
  }

  /** @throws InvalidToken, ExpiredToken */
  async verify(token: string): Promise<AccessClaims> {
    return this.known(token) ?? this.accept(token, await this.checked(token));
  }

  /**
   * What a token says that was found genuine lately: a signature that was right stays so.
   * @throws ExpiredToken
   */
  known(token: string): AccessClaims | undefined {
    const claims = this.genuine.get(token);
    return claims && this.claimsOf(claims);
  }

  /**
   * Reads the claims of a token whose signature was right, and remembers it.
   * @throws InvalidToken, ExpiredToken
   */
  accept(token: string, claims: Claims): AccessClaims {
    const read = this.claimsOf(claims);
    this.genuine.set(token, claims);
    return read;
  }

  /**
   * The key that a token's signature must be checked with: none, unless the header says that it is an access token.
   * @throws InvalidToken
   */
  keyFor(token: string): Buffer {
    if (token.length > TOKEN_MAX || headerType(this.jwt, token) !== HEADER_TYPE) throw new InvalidToken();
    return this.key;
  }

  private checked(token: string): Promise<Claims> {
    return this.jwt.verifyAsync<Claims>(token, { ...VERIFICATION, secret: this.keyFor(token) }).catch(() => {
      throw new InvalidToken();
    });
  }

  private claimsOf(claims: Claims): AccessClaims {
    const userId = parseId<UserId>(claims['sub']);
    const sessionId = parseId<SessionId>(claims['sid']);
    const expiry = claims['exp'];
    if (claims['typ'] !== KIND || userId === undefined || sessionId === undefined || typeof expiry !== 'number')
      throw new InvalidToken();
    const expiresAt = new Date(expiry * 1000);
    if (expiresAt.getTime() <= this.clock.now()) throw new ExpiredToken();
    return { userId, sessionId, expiresAt };
  }
}
