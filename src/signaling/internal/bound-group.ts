import { parseId } from '../../common/ids.js';
import type { GroupId } from '../../common/ids.js';
import type { RoomName } from '../room-kind.js';
import type { RoomParticipant } from '../room-seat.js';

/** The group whose members alone a call room admits: it is in what its participants hold (`metadata.groupId`, protocol section 7.1). */
export function boundGroup({ kind }: RoomName, [first]: readonly RoomParticipant[]): GroupId | undefined {
  if (kind !== 'call') return undefined;
  const { metadata } = (first?.data ?? {}) as { metadata?: { groupId?: unknown } };
  return metadata && Object.hasOwn(metadata, 'groupId') ? parseId<GroupId>(metadata.groupId) : undefined;
}
