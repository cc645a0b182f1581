import { Injectable } from '@nestjs/common';
import type { CallPhase } from '../common/domain-events.js';
import { TransactionRunner } from '../infra/database/transaction-runner.js';
import type { MessageState } from '../messages/message.js';
import type { CallRequest, CallState, Invitation, Invited } from './call.js';
import { CallMovedOn, NoSuchCall, NotYourPart } from './calls.errors.js';
import { CallEnds } from './internal/call-ends.js';
import { CallInvites } from './internal/call-invites.js';
import { CallNews } from './internal/call-news.js';
import { CallPartyRepository } from './persistence/call-party.repository.js';
import { CallRepository } from './persistence/call.repository.js';

/** When something may be done to a call, and by whom; without a side, by both. */
interface Part {
  phase: CallPhase;
  side?: 'callerId' | 'calleeId';
}

const PARTS = {
  declined: { phase: 'ringing', side: 'calleeId' },
  cancelled: { phase: 'ringing', side: 'callerId' },
  ended: { phase: 'accepted' },
} satisfies Record<string, Part>;
const ACCEPTANCE: Part = { phase: 'ringing', side: 'calleeId' };

/**
 * Calls between two users (protocol section 3): one at a time for each of them, ringing for 45 s at most, in Postgres, and
 * each ends as one entry of the conversation's log. What happens to a call is told as `call.changed`, on every node.
 */
@Injectable()
export class CallsService {
  constructor(
    private readonly invites: CallInvites,
    private readonly calls: CallRepository,
    private readonly parties: CallPartyRepository,
    private readonly ends: CallEnds,
    private readonly transactions: TransactionRunner,
    private readonly news: CallNews,
  ) {}

  /** Rings, or finds the call that rings between the two already. @throws RateLimited, Blocked, Unavailable */
  invite(invitation: Invitation): Promise<Invited> {
    return this.invites.invite(invitation);
  }

  /** The first of the callee's connections gets it. @throws NoSuchCall, CallMovedOn, NotYourPart */
  async accept(request: CallRequest): Promise<CallState> {
    const call = await this.transactions.run(async (tx) => {
      const accepted = await this.calls.accept(tx, request);
      if (accepted) await this.parties.accept(tx, request.callId, request.by);
      return accepted;
    });
    if (call === undefined) return this.refuse(request, ACCEPTANCE);
    await this.news.tell(call);
    return call;
  }

  /** The callee's answer to what rings; gives the log's entry. @throws NoSuchCall, CallMovedOn, NotYourPart */
  decline(request: CallRequest): Promise<MessageState> {
    return this.finish(request, 'declined');
  }

  /** The caller takes it back while it rings; gives the log's entry. @throws NoSuchCall, CallMovedOn, NotYourPart */
  cancel(request: CallRequest): Promise<MessageState> {
    return this.finish(request, 'cancelled');
  }

  /** Either side ends what was accepted; gives the log's entry. @throws NoSuchCall, CallMovedOn */
  end(request: CallRequest): Promise<MessageState> {
    return this.finish(request, 'ended');
  }

  private async finish(request: CallRequest, outcome: keyof typeof PARTS): Promise<MessageState> {
    const entry = await this.ends.end((tx) => this.calls.finish(tx, request, outcome));
    return entry ?? this.refuse(request, PARTS[outcome]);
  }

  /** Why a statement found nothing to change. */
  private async refuse({ callId, conversationId, by }: CallRequest, { phase, side }: Part): Promise<never> {
    const call = await this.calls.find(callId, conversationId);
    if (call === undefined) throw new NoSuchCall();
    const isTheirs = side === undefined || call[side] === by.userId;
    if (call.phase === phase && !isTheirs) throw new NotYourPart();
    // One that rings although its time is up is about to be missed.
    throw new CallMovedOn(call.phase === phase ? 'missed' : call.phase);
  }
}
