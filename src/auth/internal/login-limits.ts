import { Injectable } from '@nestjs/common';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter } from '../../cluster/limiter.js';
import { RateLimits } from '../../cluster/rate-limits.js';
import { RateLimited } from '../../common/domain-error.js';
import type { UserId } from '../../common/ids.js';
import { Settings } from '../../config/settings.js';
import { clientNetwork } from '../../infra/http/client-address.js';

const MINUTE_S = 60;
const HOUR_S = 3600;
const ACCOUNT_FAILURES_PER_HOUR = 100;
// Not longer: whoever floods an account must not lock its owner out (ASVS 6.1.1).
const LONGEST_DELAY_S = 30;

/** Whose password is tried, and from where. Nothing is refused or counted in another way for a name that nobody has. */
export interface Attempt {
  /** A user by their id, whichever of their names was typed: each name of its own would give as many tries again. */
  account: UserId | `unknown ${string}`;
  ip: string | null;
}

/** How often passwords may be guessed and accounts be made. Counted before anything is hashed. */
@Injectable()
export class LoginLimits {
  private readonly pair: Limiter;
  private readonly address: Limiter;
  private readonly account: Limiter;
  private readonly delay: Limiter;
  private readonly registrations: Limiter;
  private readonly guests: Limiter;
  private readonly disabled: boolean;

  constructor(settings: Settings, limits: RateLimits) {
    this.disabled = settings.RATE_LIMIT_DISABLED;
    this.pair = limits.limiter({ name: 'pair', points: 5, seconds: MINUTE_S });
    this.address = limits.limiter({ name: 'address', points: 20, seconds: MINUTE_S });
    this.account = limits.limiter({ name: 'account', points: ACCOUNT_FAILURES_PER_HOUR, seconds: HOUR_S });
    this.delay = limits.limiter({ name: 'delay', points: 1, seconds: MINUTE_S });
    this.guests = limits.limiter({ name: 'guest', points: 120, seconds: MINUTE_S });
    this.registrations = limits.limiter({ name: 'register', points: 60, seconds: MINUTE_S });
  }

  /**
   * Runs `check`, whose answer is undefined when the password is wrong. The failure is counted before, and taken back
   * when it was none: many attempts at once get no further than one after the other.
   * @throws RateLimited
   */
  async attempt<T>({ account, ip }: Attempt, check: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.disabled) return check();
    const address = clientNetwork(ip ?? undefined);
    const pair = `${address} ${account}`;
    await this.refuseDuringDelay(account);
    await consume(this.pair, pair);
    await consume(this.address, address).catch(async (error: unknown) => {
      // Nothing was tried: when the address is free again, the account has its tries still.
      await this.pair.reward(pair);
      throw error;
    });
    await this.countForAccount(account);
    const takeBack = () =>
      Promise.all([this.pair.reward(pair), this.address.reward(address), this.account.reward(account)]);
    const result = await check().catch(async (error: unknown) => {
      await takeBack();
      throw error;
    });
    if (result !== undefined) {
      await takeBack();
      await Promise.all([this.pair.delete(pair), this.delay.delete(account)]);
    }
    return result;
  }

  /** @throws RateLimited */
  async register(ip: string | null): Promise<void> {
    if (!this.disabled) await consume(this.registrations, clientNetwork(ip ?? undefined));
  }

  /** @throws RateLimited */
  async guest(ip: string | null): Promise<void> {
    if (!this.disabled) await consume(this.guests, clientNetwork(ip ?? undefined));
  }

  private async refuseDuringDelay(account: string): Promise<void> {
    const delay = await this.delay.get(account);
    if (delay !== null && delay.msBeforeNext > 0) throw new RateLimited(delay.msBeforeNext);
  }

  /** From the hundredth failure in an hour on, each makes the next one wait longer. */
  private async countForAccount(account: string): Promise<void> {
    const { consumedPoints } = await this.account.penalty(account);
    const over = consumedPoints - ACCOUNT_FAILURES_PER_HOUR;
    if (over >= 0) await this.delay.block(account, Math.min(2 ** over, LONGEST_DELAY_S));
  }
}

async function consume(limiter: Limiter, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw new RateLimited(error.msBeforeNext);
    throw error;
  }
}
