import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import * as channelCalls from '../channel/channel.call-shapes.js';
import * as channelEvents from '../channel/channel.event-shapes.js';
import * as dmCalls from '../dm/dm.call-shapes.js';
import * as dmEvents from '../dm/dm.event-shapes.js';
import { NotificationEvent } from '../../notifications/dto/notification.dto.js';
import { ChangeAckEvent } from '../shared/event-shapes.js';
import { UserSubscribedEvent, UserUnsubscribedEvent, UserConnectedEvent } from './user.event-shapes.js';
import * as pushes from './user.push-shapes.js';

const { ChannelConnectedEvent: _c, ...ofChannels } = channelEvents;
const { DmConnectedEvent: _d, ...ofDms } = dmEvents;
const { ChannelCallParticipant: _p, ...ofChannelCalls } = channelCalls;

/** What the reference says of the user gateway, beside its commands. */
export const UserReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'user',
      summary:
        'One socket per device: any number of channels and direct conversations, up to 200, each as on its own gateway. Commands name the conversation, as its events do. A removal ends the subscription alone (`unsubscribed` with a `code`); the socket stays.',
      opening: [{ event: UserConnectedEvent, when: 'always' }],
      errors: {
        not_found:
          'The conversation is not subscribed to; or, of `subscribe`, the channel is none that one may read, or there is no such user.',
        conflict: '`subscribe` to what is subscribed to already, or when there are 200 subscriptions.',
      },
    }),
    WsEmits(
      UserConnectedEvent,
      NotificationEvent,
      ...Object.values(pushes),
      UserSubscribedEvent,
      UserUnsubscribedEvent,
      ...Object.values(ofChannels),
      ...Object.values(ofChannelCalls),
      ...Object.values(ofDms),
      ...Object.values(dmCalls),
      ChangeAckEvent,
    ),
  );
