import { AttachmentRow } from './attachments/persistence/attachment.entity.js';
import { RefreshToken } from './auth/persistence/refresh-token.entity.js';
import { Session } from './auth/persistence/session.entity.js';
import { WsTicket } from './auth/persistence/ws-ticket.entity.js';
import { CallParty } from './calls/persistence/call-party.entity.js';
import { Call } from './calls/persistence/call.entity.js';
import { Channel } from './channels/persistence/channel.entity.js';
import { Conversation } from './conversations/persistence/conversation.entity.js';
import { LogEpoch } from './conversations/persistence/log-epoch.entity.js';
import { Dm } from './dms/persistence/dm.entity.js';
import { GroupAuditEntry } from './groups/persistence/group-audit-entry.entity.js';
import { GroupBan } from './groups/persistence/group-ban.entity.js';
import { GroupInvite } from './groups/persistence/group-invite.entity.js';
import { GroupMember } from './groups/persistence/group-member.entity.js';
import { Group } from './groups/persistence/group.entity.js';
import { LiveTopicRow } from './live/persistence/live-topic.entity.js';
import { LobbyMessage } from './lobby/persistence/lobby-message.entity.js';
import { MessageEdit } from './messages/persistence/message-edit.entity.js';
import { MessageReaction } from './messages/persistence/message-reaction.entity.js';
import { Message } from './messages/persistence/message.entity.js';
import { RoomRuleRow } from './signaling/persistence/room-rule.entity.js';
import { RoomStandingRow } from './signaling/persistence/room-standing.entity.js';
import { ReadState } from './unreads/persistence/read-state.entity.js';
import { UserBlock } from './users/persistence/user-block.entity.js';
import { User } from './users/persistence/user.entity.js';

/** Every table of the application, in lists and not globs, so that compiled and test runs see the same. */
export const ENTITIES = [
  User,
  Session,
  RefreshToken,
  WsTicket,
  Group,
  GroupMember,
  GroupInvite,
  GroupBan,
  GroupAuditEntry,
  Conversation,
  LogEpoch,
  Channel,
  Dm,
  Message,
  MessageReaction,
  MessageEdit,
  AttachmentRow,
  ReadState,
  UserBlock,
  LobbyMessage,
  RoomRuleRow,
  RoomStandingRow,
  Call,
  CallParty,
  LiveTopicRow,
];
