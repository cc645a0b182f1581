import { Injectable } from '@nestjs/common';
import { ChannelsService } from '../../channels/channels.service.js';
import type { ConversationId, GroupId, UserId } from '../../common/ids.js';
import { PresenceService } from '../../presence/presence.service.js';
import type { Roster } from '../../presence/roster.js';

/** The name of a channel's audience and presence scope. */
export function channelAudience(channelId: ConversationId): string {
  return `channel:${channelId}`;
}

/** Who is online, for those who ask by REST: what a socket is told when it connects, without connecting. */
@Injectable()
export class ChannelPresence {
  constructor(
    private readonly channels: ChannelsService,
    private readonly presence: PresenceService,
  ) {}

  /** @throws ChannelNotFound for those who are no members of its group too */
  async ofChannel(callerId: UserId, channelId: ConversationId): Promise<Roster> {
    const { id } = await this.channels.get(callerId, channelId);
    return this.presence.read([channelAudience(id)]);
  }

  /** Who is online in one of the group's channels or several. @throws GroupNotFound for a stranger too */
  async ofGroup(callerId: UserId, groupId: GroupId): Promise<Roster> {
    const ids = await this.channels.listIds(callerId, groupId);
    return this.presence.read(ids.map(channelAudience));
  }
}
