import { Injectable } from '@nestjs/common';
import { RowLocked } from '../../infra/database/database-errors.js';
import { TransactionRunner } from '../../infra/database/transaction-runner.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { LogEntries } from '../../messages/log-entries.js';
import type { MessageState } from '../../messages/message.js';
import { entryOf } from '../call.js';
import type { CallState } from '../call.js';
import { CallPartyRepository } from '../persistence/call-party.repository.js';
import { CallRepository } from '../persistence/call.repository.js';
import type { SweepOptions } from '../persistence/call.repository.js';
import { CallNews } from './call-news.js';

/** Ends calls: the row, both parties and the log's entry in one transaction, then everyone is told. */
@Injectable()
export class CallEnds {
  constructor(
    private readonly calls: CallRepository,
    private readonly parties: CallPartyRepository,
    private readonly entries: LogEntries,
    private readonly transactions: TransactionRunner,
    private readonly news: CallNews,
  ) {}

  /** `change` ends the call if it may; undefined, and nothing happens, where it does not. */
  async end(change: (tx: Tx) => Promise<CallState | undefined>): Promise<MessageState | undefined> {
    const ended = await this.transactions.run(async (tx) => {
      const call = await change(tx);
      if (call === undefined) return undefined;
      await this.parties.remove(tx, call.callId);
      const { conversationId, callerId } = call;
      return {
        call,
        entry: await this.entries.append(tx, { conversationId, senderId: callerId, call: entryOf(call) }),
      };
    });
    if (ended === undefined) return undefined;
    await this.news.tell(ended.call);
    this.entries.announce(ended.entry);
    return ended.entry.message;
  }

  /** Ends what nobody answered in time, and what a party has left; each once, on however many nodes it is tried. */
  async sweep(options: SweepOptions): Promise<void> {
    for (const id of await this.calls.listDue(options)) {
      try {
        await this.end((tx) => this.calls.sweep(tx, id, options));
      } catch (error) {
        // Somebody keeps its conversation: the others need not wait, and it is tried again by the next sweep.
        if (!(error instanceof RowLocked)) throw error;
      }
    }
  }
}
