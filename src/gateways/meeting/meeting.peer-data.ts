import type { Json } from '../../cluster/cluster.js';
import type { RoomParticipant } from '../../signaling/room-seat.js';

/** What a peer shows of itself, beside who it is: kept with its place in the meeting, so that late joiners have it. */
export type PeerData = {
  readonly display_name: string;
  readonly media: { readonly [field: string]: Json };
  readonly screen: { readonly on: boolean; readonly stream_id: string | null };
  /** `by`: the host who has lowered it. */
  readonly hand: { readonly raised: boolean; readonly by: string | null };
};

export function dataOf({ data }: RoomParticipant): PeerData {
  return data as unknown as PeerData;
}
