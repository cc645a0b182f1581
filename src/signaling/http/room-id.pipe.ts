import { PipeTransform } from '@nestjs/common';
import { ValidationFailed } from '../../common/domain-error.js';
import { isRoomId } from '../room-id.js';

/** The id of a room in a path. What is none: 400, with the name of the parameter. */
export class RoomIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (isRoomId(value)) return value;
    const problems = ['must be 1 to 128 of A-Z a-z 0-9 _ . : - and not channel, dm, meet or user'];
    throw new ValidationFailed([{ field: 'room_id', problems }]);
  }
}
