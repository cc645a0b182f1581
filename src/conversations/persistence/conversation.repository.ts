import { Injectable } from '@nestjs/common';
import type { ConversationId, GroupId } from '../../common/ids.js';
import { PreparedStatements, statement } from '../../infra/database/prepared-statements.js';
import type { Tx } from '../../infra/database/transaction-runner.js';
import { Conversation } from './conversation.entity.js';

// A long log goes with its conversation in one statement, by the foreign keys' cascades.
const DELETE_TIMEOUT = '60s';

const HEADS = statement(
  `SELECT id, last_seq AS "lastSeq", membership_version AS "membershipVersion" FROM conversations
    WHERE id = ANY($1::uuid[])`,
);

@Injectable()
export class ConversationRepository {
  constructor(private readonly prepared: PreparedStatements) {}

  async insert(tx: Tx, conversation: Conversation): Promise<void> {
    await tx.insert(Conversation, conversation);
  }

  find(tx: Tx, id: ConversationId): Promise<Conversation | null> {
    return tx.findOneBy(Conversation, { id });
  }

  /** Where these logs stand; one that is gone is missing. */
  heads(ids: readonly ConversationId[]): Promise<Pick<Conversation, 'id' | 'lastSeq' | 'membershipVersion'>[]> {
    return this.prepared.objects(HEADS, [ids]);
  }

  /** Locks in the order of the ids, as every writer of several logs does, so that none waits in a circle. */
  async lockOfGroup(tx: Tx, groupId: GroupId): Promise<ConversationId[]> {
    const rows = await tx.query<{ id: ConversationId }[]>(
      'SELECT id FROM conversations WHERE group_id = $1 ORDER BY id FOR UPDATE',
      [groupId],
    );
    return rows.map((row) => row.id);
  }

  async bumpMembershipOfGroup(tx: Tx, groupId: GroupId): Promise<void> {
    await tx.increment(Conversation, { groupId }, 'membershipVersion', 1);
  }

  /** Deletes it with its messages; false when it is not there any more. */
  async delete(tx: Tx, id: ConversationId): Promise<boolean> {
    await tx.query(`SET LOCAL statement_timeout = '${DELETE_TIMEOUT}'`);
    const { affected } = await tx.delete(Conversation, { id });
    return affected === 1;
  }
}
