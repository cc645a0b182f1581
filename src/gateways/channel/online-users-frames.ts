import type { ConversationId } from '../../common/ids.js';
import type { OnlineUser, Roster } from '../../presence/roster.js';
import { frameText } from '../../realtime/wire.js';
import type { Frame } from '../../realtime/wire.js';
import type { ChannelOnlineUsersEvent } from './channel.event-shapes.js';

const NOBODY = '"users":[]';

/**
 * `online_users`. In a big channel its thousand ids are the same for all who join one after the other, so their text is
 * kept: a storm of arrivals would spend most of its time on making it anew.
 */
export class OnlineUsersFrames {
  private readonly texts = new WeakMap<readonly OnlineUser[], string>();

  frame(channelId: ConversationId, { users, total, stale }: Roster): Frame {
    const event = {
      type: 'online_users',
      users: [],
      total,
      channel_id: channelId,
      ...(stale && { stale }),
    } satisfies ChannelOnlineUsersEvent;
    return frameText(JSON.stringify(event).replace(NOBODY, () => this.textOf(users)));
  }

  private textOf(users: readonly OnlineUser[]): string {
    const text = this.texts.get(users) ?? `"users":${JSON.stringify(users.map(({ userId }) => userId))}`;
    this.texts.set(users, text);
    return text;
  }
}
