import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import { CurrentDataEvent, DataUpdatedEvent, LiveErrorEvent, UnsubscribedEvent } from './live.event-shapes.js';

/** What the reference says of the live gateway, beside its commands. */
export const LiveReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'live',
      summary:
        'Live topics: the last value when one subscribes, then every later one, of which a newer one may have replaced some. `PUT /api/live/:topic` sets a value, and `PUT /api/live/:topic/rules` decides who reads and writes it. A topic that nobody has made may be waited for. All namespaces of `LIVE_NAMESPACES` have the same topics.',
    }),
    WsEmits(CurrentDataEvent, DataUpdatedEvent, UnsubscribedEvent, LiveErrorEvent),
  );
