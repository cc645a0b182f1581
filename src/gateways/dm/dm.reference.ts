import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import { ConversationQuery } from '../shared/conversation-query.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import * as calls from './dm.call-shapes.js';
import * as shapes from './dm.event-shapes.js';

/** What the reference says of the DM gateway, beside its commands. */
export const DmReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'dm',
      summary:
        'Persisted messages, typing, presence, calls and WebRTC signaling between two users. A user is in one call at a time; a call that has ended is an entry of the log. Where either has blocked the other, messages, typing, offers and invitations to calls are `forbidden`, and what was said stays readable. Oneself as the other closes with 4400, an unknown user with 4404.',
      parameters: { other_user_id: 'The other side.' },
      query: ConversationQuery,
      opening: [
        { event: shapes.DmUserOnlineEvent, when: 'when the other is there' },
        { event: shapes.DmConnectedEvent, when: 'always' },
        { event: shapes.DmHistoryEvent, when: 'with `history`' },
        { event: shapes.DmMessageEvent, when: 'with `since`: each missed message, in the order of `rev`' },
        {
          event: shapes.DmMessageUpdatedEvent,
          when: 'with `since`: each older message that has changed, among them in that order',
        },
        {
          event: shapes.DmMessageDeletedEvent,
          when: 'with `since`: each older message that was deleted, among them in that order',
        },
        { event: shapes.DmResumedEvent, when: 'with `since`' },
        { event: calls.DmIncomingCallEvent, when: 'while the other side’s call rings' },
        { event: calls.DmOutgoingCallEvent, when: 'while one’s own call rings' },
        { event: calls.DmCallAcceptedEvent, when: 'while a call goes on' },
      ],
    }),
    WsEmits(...Object.values(shapes), ...Object.values(calls), ChangeAckEvent),
  );
