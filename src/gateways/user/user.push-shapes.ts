import { ApiProperty } from '@nestjs/swagger';
import { ChannelDto } from '../../channels/dto/channel.dto.js';
import { ROLES } from '../../groups/role.js';
import type { Role } from '../../groups/role.js';
import { WsEvent } from '../../realtime/wire-docs.js';
import { CONVERSATION, OTHER_USER, UserFields } from '../shared/event-shapes.js';

const GROUP = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f66';
const IsOfGroup = () => ApiProperty({ description: 'The group.', format: 'uuid', example: GROUP });
const IsRole = () => ApiProperty({ description: 'The role in the group.', enum: ROLES, example: 'member' });

@WsEvent(
  'The log of a channel has grown: one that is not subscribed to, of the user’s groups. At most one a second for each channel.',
)
export class ActivityEvent {
  readonly type = 'activity' as const;

  @ApiProperty({ description: 'The channel.', format: 'uuid', example: CONVERSATION })
  conversation_id!: string;

  @ApiProperty({ description: 'The log’s head: the number of its latest change.', type: 'integer', example: 41 })
  last_seq!: number;
}

@WsEvent('Trouble on the server’s side may have lost pushes: load anew. Subscriptions lose nothing by it.')
export class ResyncEvent {
  readonly type = 'resync' as const;

  @ApiProperty({ description: 'What to load anew: groups, channels, unreads, notifications.', enum: ['all'] })
  scope!: 'all';
}

@WsEvent('A group’s name or description has changed: load it anew. To its members.')
export class GroupUpdatedEvent {
  readonly type = 'group_updated' as const;

  @IsOfGroup()
  group_id!: string;
}

abstract class ChannelFields {
  @IsOfGroup()
  group_id!: string;

  @ApiProperty({ description: 'The channel, as it is now.', type: ChannelDto })
  channel!: ChannelDto;
}

@WsEvent('A group has a new channel. To its members.')
export class ChannelCreatedEvent extends ChannelFields {
  readonly type = 'channel_created' as const;
}

@WsEvent('A channel has changed. To the members of its group.')
export class ChannelUpdatedEvent extends ChannelFields {
  readonly type = 'channel_updated' as const;
}

@WsEvent('A channel was deleted. To the members of its group.')
export class ChannelDeletedEvent {
  readonly type = 'channel_deleted' as const;

  @IsOfGroup()
  group_id!: string;

  @ApiProperty({ description: 'The channel that was.', format: 'uuid', example: CONVERSATION })
  channel_id!: string;
}

@WsEvent('A user has come into a group. To its members.')
export class MemberJoinedEvent extends UserFields {
  readonly type = 'member_joined' as const;

  @IsOfGroup()
  group_id!: string;

  @IsRole()
  role!: Role;
}

@WsEvent('A user is out of a group. To its members.')
export class MemberLeftEvent {
  readonly type = 'member_left' as const;

  @IsOfGroup()
  group_id!: string;

  @ApiProperty({ description: 'Who.', format: 'uuid', example: OTHER_USER })
  user_id!: string;
}

@WsEvent('A member’s role has changed. To the group’s members.')
export class MemberUpdatedEvent extends UserFields {
  readonly type = 'member_updated' as const;

  @IsOfGroup()
  group_id!: string;

  @IsRole()
  role!: Role;
}
