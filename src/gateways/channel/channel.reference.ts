import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import { ConversationQuery } from '../shared/conversation-query.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { CallJoinedEvent, CallLeftEvent, CallParticipantsEvent } from './channel.call-shapes.js';
import * as shapes from './channel.event-shapes.js';

/** What the reference says of the channel gateway, beside its commands. */
export const ChannelReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'channel',
      summary:
        'Persisted messages, typing, presence and WebRTC signaling in a group’s channel. Only members of the group may connect (else 4403). Signals and calls need a VOICE or VIDEO channel.',
      parameters: { channel_id: 'The channel.' },
      query: ConversationQuery,
      opening: [
        { event: shapes.ChannelOnlineUsersEvent, when: 'always' },
        { event: shapes.ChannelConnectedEvent, when: 'always' },
        { event: shapes.ChannelHistoryEvent, when: 'with `history`' },
        { event: shapes.ChannelMessageEvent, when: 'with `since`: each missed message, in the order of `rev`' },
        {
          event: shapes.ChannelMessageUpdatedEvent,
          when: 'with `since`: each older message that has changed, among them in that order',
        },
        {
          event: shapes.ChannelMessageDeletedEvent,
          when: 'with `since`: each older message that was deleted, among them in that order',
        },
        { event: shapes.ChannelResumedEvent, when: 'with `since`' },
      ],
    }),
    WsEmits(...Object.values(shapes), ChangeAckEvent, CallParticipantsEvent, CallJoinedEvent, CallLeftEvent),
  );
