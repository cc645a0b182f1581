import { Injectable } from '@nestjs/common';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter } from '../cluster/limiter.js';
import { RateLimits } from '../cluster/rate-limits.js';
import { Clock } from '../common/clock.js';
import { RateLimited } from '../common/domain-error.js';
import type { UserId } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import { turnCredentials } from './turn-credentials.js';

/** As `RTCPeerConnection` takes it. */
interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface IceConfiguration {
  servers: IceServer[];
  ttlS: number;
  expiresAt: Date;
}

/** What a call of some seconds needs once, and a page that is loaded again and again, a few times. */
const PER_MINUTE = 30;

/** The STUN and TURN servers of this deployment, with credentials for one user. */
@Injectable()
export class IceServers {
  private readonly limit: Limiter;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    limits: RateLimits,
  ) {
    this.limit = limits.limiter({ name: 'ice-servers', points: PER_MINUTE, seconds: 60 });
  }

  /**
   * The credentials name the user, and the room where one is given: TURN servers log the name, and count its allocations
   * (`user-quota`). Nothing revokes them: whoever must not relay any more can do so for up to TURN_TTL_S.
   * @throws RateLimited
   */
  async issue(userId: UserId, roomId?: string): Promise<IceConfiguration> {
    await this.count(userId);
    const { STUN_URLS, TURN_URLS, TURN_SECRET, TURN_TTL_S } = this.settings;
    const expiresAt = new Date(this.clock.now() + TURN_TTL_S * 1000);
    const holder = roomId === undefined ? [userId] : [userId, roomId];
    const servers: IceServer[] = [];
    if (STUN_URLS.length > 0) servers.push({ urls: STUN_URLS });
    if (TURN_URLS.length > 0) servers.push({ urls: TURN_URLS, ...turnCredentials(TURN_SECRET, expiresAt, ...holder) });
    return { servers, ttlS: TURN_TTL_S, expiresAt };
  }

  private async count(userId: UserId): Promise<void> {
    if (this.settings.RATE_LIMIT_DISABLED) return;
    try {
      await this.limit.consume(userId);
    } catch (error) {
      throw error instanceof RateLimiterRes ? new RateLimited(error.msBeforeNext) : error;
    }
  }
}
