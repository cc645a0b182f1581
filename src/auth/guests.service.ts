import { Injectable } from '@nestjs/common';
import { ValidationFailed } from '../common/domain-error.js';
import { Ids, UserId } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import { Identity, NewGuest } from '../realtime/connection-authenticator.js';
import { GuestsNotEnabled, InvalidToken } from './auth.errors.js';
import { guestName, guestNameProblem } from './guest-name.js';
import { GuestTokens } from './internal/guest-tokens.js';
import { LoginLimits } from './internal/login-limits.js';

/** Who comes without an account (protocol section 1.1). A guest is what its token says, and is stored nowhere. */
@Injectable()
export class GuestsService {
  constructor(
    private readonly tokens: GuestTokens,
    private readonly limits: LoginLimits,
    private readonly settings: Settings,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes a guest of this name, if any is wished for.
   * @throws GuestsNotEnabled, ValidationFailed, RateLimited
   */
  async welcome(wish: unknown, ip: string | null): Promise<NewGuest> {
    if (!this.settings.GUESTS_ENABLED) throw new GuestsNotEnabled();
    const name = wish ?? undefined;
    const problem = name === undefined ? undefined : guestNameProblem(name);
    if (problem !== undefined) throw new ValidationFailed([{ field: 'username', problems: [problem] }]);
    await this.limits.guest(ip);
    const id = this.ids.next<UserId>();
    return this.tokens.issue({ id, username: guestName(name as string | undefined, id) });
  }

  /**
   * A fresh token for who has one already: the same guest, under the same name. Undefined when it is no guest's.
   * @throws GuestsNotEnabled, InvalidToken, ExpiredToken, RateLimited
   */
  async renew(token: string, ip: string | null): Promise<NewGuest | undefined> {
    if (!this.settings.GUESTS_ENABLED) throw new GuestsNotEnabled();
    const guest = await this.identify(token);
    if (guest === undefined) return undefined;
    await this.limits.guest(ip);
    return this.tokens.issue({ id: guest.userId, username: guest.username });
  }

  /**
   * Who a guest's token belongs to; undefined when it is a token of another kind.
   * @throws InvalidToken also while guests are not enabled, ExpiredToken
   */
  async identify(token: string): Promise<Identity | undefined> {
    if (!this.tokens.isGuestToken(token)) return undefined;
    if (!this.settings.GUESTS_ENABLED) throw new InvalidToken();
    return this.tokens.verify(token);
  }
}
