import { applyDecorators } from '@nestjs/common';
import { WsDescribe, WsEmits } from '../../realtime/wire-docs.js';
import * as shapes from './room.event-shapes.js';

const { RoomUser: _, ...events } = shapes;

/** What the reference says of the room gateway, beside its commands. */
export const RoomReference = (): ClassDecorator =>
  applyDecorators(
    WsDescribe({
      name: 'room',
      summary:
        'Ad-hoc signaling rooms: a room is there while somebody is in it. The same client id in a room twice: the same user’s newer connection replaces the older one (4409), another user is refused (4403), as is whoever comes to a full or a closed room, after an `error` that says why.',
      parameters: { room_id: '1 to 128 of A-Z a-z 0-9 _ . : -, and not `channel`, `dm`, `meet` or `user`: else 4400.' },
      opening: [{ event: shapes.UsersInRoomEvent, when: 'always, after `auth_success`' }],
    }),
    WsEmits(...Object.values(events)),
  );
