import type { ConversationId, GroupId } from '../common/ids.js';
import type { ConversationHead } from '../conversations/conversation.js';
import type { Role } from '../groups/role.js';
import type { ChannelType } from './channel-type.js';

/** A channel as a member of its group sees it, with where its log stands. */
export interface ChannelView extends ConversationHead {
  /** The id of its conversation too. */
  id: ConversationId;
  groupId: GroupId;
  name: string;
  type: ChannelType;
  topic: string;
  /** Seconds that a member waits between two messages; 0: none. */
  slowModeS: number;
  /** Channels are shown by it, and by their ids where it is the same. */
  position: number;
  /** The caller's in the group. */
  role: Role;
  createdAt: Date;
  updatedAt: Date;
}

/** Part of a group's channels, in their order. */
export interface ChannelPage {
  limit: number;
  after?: Pick<ChannelView, 'position' | 'id'> | undefined;
}
