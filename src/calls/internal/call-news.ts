import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { CallFacts, DomainEvents } from '../../common/domain-events.js';
import { Metrics } from '../../infra/observability/metrics.js';

/** Says each step of a call's life, once it is committed: a line of the log, a count, and an event on every node. */
@Injectable()
export class CallNews {
  private readonly logger = new Logger('Calls');
  private readonly steps: Counter<'phase'>;

  constructor(
    private readonly events: DomainEvents,
    metrics: Metrics,
  ) {
    this.steps = metrics.counter({
      name: 'parley_calls_total',
      help: 'Calls of two users that began to ring, were accepted, or ended in one of the four ways, on this node.',
      labelNames: ['phase'],
    });
  }

  /** Resolves when this node's listeners have been told. */
  async tell(call: CallFacts): Promise<void> {
    const { callId, conversationId, callerId, calleeId, phase } = call;
    this.logger.log({
      msg: `call ${phase}`,
      call_id: callId,
      conversation_id: conversationId,
      caller_id: callerId,
      callee_id: calleeId,
    });
    this.steps.inc({ phase });
    await this.events.publish('call.changed', call);
  }
}
