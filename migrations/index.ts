import { CreateUsers1795132800000 } from './1795132800000-create-users.js';
import { CreateAuth1795132801000 } from './1795132801000-create-auth.js';
import { CreateGroups1795132802000 } from './1795132802000-create-groups.js';
import { CreateConversations1795132803000 } from './1795132803000-create-conversations.js';
import { CreateChannels1795132804000 } from './1795132804000-create-channels.js';
import { CreateDms1795132805000 } from './1795132805000-create-dms.js';
import { CreateMessages1795132806000 } from './1795132806000-create-messages.js';
import { AddAppendMessages1795132807000 } from './1795132807000-add-append-messages.js';
import { AddCurrentLogEpoch1795132808000 } from './1795132808000-add-current-log-epoch.js';
import { DropMessagesSenderIdx1795132809000 } from './1795132809000-drop-messages-sender-idx.js';
import { AddAppendMessage1795132810000 } from './1795132810000-add-append-message.js';
import { AddChangedIdentities1795132811000 } from './1795132811000-add-changed-identities.js';
import { CreateCalls1795132812000 } from './1795132812000-create-calls.js';
import { CreateLobbyMessages1795132813000 } from './1795132813000-create-lobby-messages.js';
import { CreateLiveTopics1795132814000 } from './1795132814000-create-live-topics.js';
import { CreateRoomRules1795132815000 } from './1795132815000-create-room-rules.js';
import { AddMessageDetails1795132816000 } from './1795132816000-add-message-details.js';
import { CreateAttachments1795132817000 } from './1795132817000-create-attachments.js';
import { CreateReadStates1795132818000 } from './1795132818000-create-read-states.js';
import { CreateUserBlocks1795132819000 } from './1795132819000-create-user-blocks.js';
import { AppendMessagesWithDetails1795132820000 } from './1795132820000-append-messages-with-details.js';
import { AppendMessageUnlessBlocked1795132821000 } from './1795132821000-append-message-unless-blocked.js';
import { AddUnreadCounts1795132825000 } from './1795132825000-add-unread-counts.js';
import { CreateMessageTerms1795132826000 } from './1795132826000-create-message-terms.js';
import { AddAttachmentInline1795132830000 } from './1795132830000-add-attachment-inline.js';
import { AddUserAvatar1795132831000 } from './1795132831000-add-user-avatar.js';
import { CreateGroupBans1795132835000 } from './1795132835000-create-group-bans.js';
import { CreateGroupAuditEntries1795132836000 } from './1795132836000-create-group-audit-entries.js';
import { AddChannelPositions1795132837000 } from './1795132837000-add-channel-positions.js';
import { AddAccountDeletion1795132838000 } from './1795132838000-add-account-deletion.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateUsers1795132800000,
  CreateAuth1795132801000,
  CreateGroups1795132802000,
  CreateConversations1795132803000,
  CreateChannels1795132804000,
  CreateDms1795132805000,
  CreateMessages1795132806000,
  AddAppendMessages1795132807000,
  AddCurrentLogEpoch1795132808000,
  DropMessagesSenderIdx1795132809000,
  AddAppendMessage1795132810000,
  AddChangedIdentities1795132811000,
  CreateCalls1795132812000,
  CreateLobbyMessages1795132813000,
  CreateLiveTopics1795132814000,
  CreateRoomRules1795132815000,
  AddMessageDetails1795132816000,
  CreateAttachments1795132817000,
  CreateReadStates1795132818000,
  CreateUserBlocks1795132819000,
  AppendMessagesWithDetails1795132820000,
  AppendMessageUnlessBlocked1795132821000,
  AddUnreadCounts1795132825000,
  CreateMessageTerms1795132826000,
  AddAttachmentInline1795132830000,
  AddUserAvatar1795132831000,
  CreateGroupBans1795132835000,
  CreateGroupAuditEntries1795132836000,
  AddChannelPositions1795132837000,
  AddAccountDeletion1795132838000,
];
