import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Gathering } from '../../common/gathering.js';
import type { ConversationId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { CallState } from '../call.js';
import { CALL_COLUMNS } from './call-columns.js';

const LIVE = statement(`
  SELECT now() AS now, ${CALL_COLUMNS}
    FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, n)
    LEFT JOIN calls c ON c.conversation_id = asked.id AND c.ended_at IS NULL
    LEFT JOIN users u ON u.id = c.caller_id
   ORDER BY asked.n`);

type Row = { now: string } & (CallState | { callId: null });

/** What is going on in a conversation, and the database's time when it was. */
export interface LiveCall {
  now: string;
  call: CallState | undefined;
}

/** The calls of the conversations that users connect to: those who ask at once share a statement. */
@Injectable()
export class LiveCalls {
  private readonly gathering: Gathering<ConversationId, LiveCall>;

  constructor(
    private readonly prepared: PreparedStatements,
    clock: Clock,
  ) {
    this.gathering = new Gathering((ids) => this.list(ids), clock);
  }

  find(conversationId: ConversationId): Promise<LiveCall> {
    return this.gathering.ask(conversationId);
  }

  private async list(ids: readonly ConversationId[]): Promise<LiveCall[]> {
    const rows = await this.prepared.objects<Row>(LIVE, [ids]);
    return rows.map(({ now, ...call }) => ({ now, call: call.callId === null ? undefined : call }));
  }
}
