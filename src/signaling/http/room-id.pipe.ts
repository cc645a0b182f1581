import { PipeTransform } from '@nestjs/common';
import { ValidationFailed } from '../../common/domain-error.js';
import { isRoomId, NO_ROOM_ID } from '../room-id.js';

/** The id of a room in a path. What is none: 400, with the name of the parameter. */
export class RoomIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (isRoomId(value)) return value;
    throw new ValidationFailed([{ field: 'room_id', problems: [NO_ROOM_ID] }]);
  }
}
