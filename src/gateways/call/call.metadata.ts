import type { Json } from '../../cluster/cluster.js';
import { ValidationFailed } from '../../common/domain-error.js';
import { parseId } from '../../common/ids.js';
import type { GroupId, UserId } from '../../common/ids.js';
import type { RoomParticipant } from '../../signaling/room-seat.js';
import type { CallJoinRoomCommand } from './call.commands.js';
import type { CallMetadata } from './call.event-shapes.js';

/** What a participant's entry holds: the room's metadata, which thus lives, on every node, as long as the room does. */
interface CallData {
  metadata: CallMetadata;
}

/** Of a room that this user makes now; @throws ValidationFailed when its `groupId` is none */
export function newMetadata({ callType, metadata }: CallJoinRoomCommand, userId: UserId, now: Date): CallMetadata {
  const custom = metadata ?? {};
  if (Object.hasOwn(custom, 'groupId') && custom['groupId'] !== null && parseId(custom['groupId']) === undefined)
    throw new ValidationFailed([{ field: 'metadata.groupId', problems: ['must be the id of a group'] }]);
  return { ...custom, callType: callType ?? 'video', createdAt: now.toISOString(), createdBy: userId };
}

/** As whoever came first says it; undefined while nobody is there. */
export function metadataOf([first]: readonly RoomParticipant[]): CallMetadata | undefined {
  return (first?.data as unknown as CallData | undefined)?.metadata;
}

export function dataOf(metadata: CallMetadata): Json {
  return { metadata } satisfies CallData;
}

/** The group whose members alone the room admits. */
export function groupOf(metadata: CallMetadata): GroupId | undefined {
  return Object.hasOwn(metadata, 'groupId') ? parseId<GroupId>(metadata['groupId']) : undefined;
}

/** Two rooms that were made apart, or one: the texts of what they hold would differ by the order of their keys alone. */
export function isSameRoom(a: CallMetadata, b: CallMetadata): boolean {
  return a.createdAt === b.createdAt && a.createdBy === b.createdBy;
}
