import { ConversationId, GroupId } from '../common/ids.js';
import { Tx } from '../infra/database/transaction-runner.js';

/**
 * The port by which a change of a group's members stops its logs: `conversations/` implements it, so that groups
 * need not know that table, and conversations may ask groups who is a member (ADR: the membership fence).
 */
export abstract class MembershipFence {
  /**
   * Locks the group's conversations, in the order of their ids, until `tx` ends, and counts their membership
   * version up: no message commits in them meanwhile, and every node checks its subscribers again before it delivers
   * a later one (protocol section 2.1). The caller holds the group's row lock, so that no conversation is added.
   */
  abstract raise(tx: Tx, groupId: GroupId): Promise<ConversationId[]>;
}
