import { Injectable } from '@nestjs/common';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter } from '../../cluster/limiter.js';
import { RateLimits } from '../../cluster/rate-limits.js';
import { RateLimited } from '../../common/domain-error.js';
import type { ConversationId } from '../../common/ids.js';

const INVITES_PER_MINUTE = 10;

/** How often it may ring in a conversation, whoever of the two invites, and whatever comes of it. */
@Injectable()
export class InviteLimit {
  private readonly limiter: Limiter;

  constructor(limits: RateLimits) {
    this.limiter = limits.limiter({ name: 'call-invites', points: INVITES_PER_MINUTE, seconds: 60 });
  }

  /** @throws RateLimited */
  async count(conversationId: ConversationId): Promise<void> {
    try {
      await this.limiter.consume(conversationId);
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new RateLimited(error.msBeforeNext);
      throw error;
    }
  }
}
