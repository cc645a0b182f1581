import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/settings.js';
import { normalisePassword } from '../password.js';
import { HashQueue } from './hash-queue.js';

// OWASP's minimum for argon2id, which is the library's default algorithm.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PREFIX = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`;
/** Costs as much to check as a real one, and no password has it. */
const NOBODYS_HASH = `${PREFIX}${'A'.repeat(22)}$${'A'.repeat(43)}`;

const RUNNING_MAX = 2;
const WAITING_MAX = 16;
const WAITING_MAX_UNLIMITED = 10_000;

/** argon2id behind a short queue. Passwords are compared in Unicode's NFC. */
@Injectable()
export class PasswordHasher {
  private readonly queue: HashQueue;

  constructor(settings: Settings) {
    this.queue = new HashQueue(RUNNING_MAX, settings.RATE_LIMIT_DISABLED ? WAITING_MAX_UNLIMITED : WAITING_MAX);
  }

  /** @throws RateLimited when too many passwords wait to be hashed */
  hash(password: string): Promise<string> {
    return this.queue.run(() => hash(normalisePassword(password), COST));
  }

  /**
   * Without a hash to compare with (there is no such user) it takes as long, and is false.
   * @throws RateLimited when too many passwords wait to be hashed
   */
  verify(password: string, passwordHash: string | undefined): Promise<boolean> {
    return this.queue.run(() => verify(passwordHash ?? NOBODYS_HASH, normalisePassword(password)));
  }

  /** Whether the hash was made with other parameters than today's. */
  isOutdated(passwordHash: string): boolean {
    return !passwordHash.startsWith(PREFIX);
  }
}
