import { registerDecorator } from 'class-validator';
import { NAMESPACE_CHAT } from '../../lobby/lobby-chat.js';
import { isRoomId } from '../../lobby/room-id.js';

/** A room id of the protocol's head, and no reserved word; where it names a chat, the namespace's own may be meant. */
export function IsRoomId(besides?: 'or the chat of the namespace'): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isRoomId',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value: unknown) => isRoomId(value) || (besides !== undefined && value === NAMESPACE_CHAT),
        defaultMessage: () => 'must be 1 to 128 of A-Z a-z 0-9 _ . : -, and no reserved word',
      },
    });
  };
}
