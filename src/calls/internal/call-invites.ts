import { Injectable } from '@nestjs/common';
import { Unavailable } from '../../common/domain-error.js';
import { Ids } from '../../common/ids.js';
import type { CallId } from '../../common/ids.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import { BlocksService } from '../../users/blocks.service.js';
import type { CallState, Invitation, Invited } from '../call.js';
import { CallPartyRepository } from '../persistence/call-party.repository.js';
import { CallRepository } from '../persistence/call.repository.js';
import { CallNews } from './call-news.js';
import { InviteLimit } from './invite-limit.js';

/** What was in the way may have ended before it could be looked at. */
const ATTEMPTS = 3;

/** Undoes the transaction of a call whose parties are not free. */
class SomebodyIsInACall extends Error {}

/** Begins calls: of all who invite each other at once, one call is made, and no user is in two. */
@Injectable()
export class CallInvites {
  constructor(
    private readonly calls: CallRepository,
    private readonly parties: CallPartyRepository,
    private readonly transactions: TransactionRunner,
    private readonly news: CallNews,
    private readonly limit: InviteLimit,
    private readonly blocks: BlocksService,
    private readonly ids: Ids,
  ) {}

  /** @throws RateLimited, Blocked, Unavailable */
  async invite(invitation: Invitation): Promise<Invited> {
    await this.limit.count(invitation.conversationId);
    await this.blocks.requireNone(invitation.by.userId, invitation.calleeId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const call = await this.make(invitation);
      if (call) {
        await this.news.tell(call);
        return { is: 'ringing', call };
      }
      const outcome = await this.inTheWayOf(invitation);
      if (outcome) return outcome;
    }
    throw new Unavailable();
  }

  private async make(invitation: Invitation): Promise<CallState | undefined> {
    const id = this.ids.next<CallId>();
    try {
      return await this.transactions.run(async (tx) => {
        const call = await this.calls.insert(tx, id, invitation);
        if (call && !(await this.parties.insert(tx, id, invitation))) throw new SomebodyIsInACall();
        return call;
      });
    } catch (error) {
      if (error instanceof SomebodyIsInACall) return undefined;
      throw error;
    }
  }

  /** What rings here already is the call that was asked for, whoever of the two began it. */
  private async inTheWayOf({ conversationId, by, calleeId }: Invitation): Promise<Invited | undefined> {
    const live = await this.calls.findOfUsers([by.userId, calleeId]);
    const own = live.get(by.userId);
    if (own?.conversationId === conversationId && own.phase === 'ringing') return { is: 'ringing', call: own };
    if (own) return { is: 'busy', userId: by.userId };
    return live.has(calleeId) ? { is: 'busy', userId: calleeId } : undefined;
  }
}
