import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import * as events from './meeting.event-shapes.js';

/** What the reference says of the meeting gateway, beside its commands. */
export const MeetingReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'meeting',
      summary:
        'Video meetings: peers, screen share, raised hands, host controls, chat. The host is who has been there longest. Rules of who may join are set over REST (`/api/meetings/{room_id}/rule`).',
      parameters: {
        room_id: 'The meeting: 1 to 128 of `A-Z a-z 0-9 _ . : -`. It is there while somebody is in it.',
      },
    }),
    WsEmits(...Object.values(events)),
  );
