import type { Json, Topics } from '../../cluster/cluster.js';
import { deepFreeze } from '../../common/deep-freeze.js';
import type { Cancel, Clock } from '../../common/clock.js';
import type { RoomState } from '../room-state.js';
import type { LobbyRooms, RoomNotice } from './lobby-rooms.js';
import { Relay, RoomFeed } from './room-feed.js';
import type { Seat } from './seat.js';

interface OpenFeed {
  feed: RoomFeed;
  subscription: Promise<Cancel>;
  /** Seats that are about to be attached. */
  arriving: number;
}

interface RoomMessage {
  notice?: RoomNotice;
  relay?: Relay;
}

/** The rooms that have seats on this node. */
export class RoomFeeds {
  private readonly feeds = new Map<string, OpenFeed>();

  constructor(
    private readonly rooms: LobbyRooms,
    private readonly topics: Topics,
    private readonly clock: Clock,
    private readonly gone: (seat: Seat) => void,
  ) {}

  get(roomId: string): RoomFeed | undefined {
    return this.feeds.get(roomId)?.feed;
  }

  all(): readonly (readonly [string, RoomFeed])[] {
    return [...this.feeds].map(([roomId, { feed }]) => [roomId, feed] as const);
  }

  /** From the entry `from` on, the seat is told what happens. Gives the seat that it takes the place of. */
  async attach(seat: Seat, state: RoomState, from: number): Promise<Seat | undefined> {
    const { roomId } = seat;
    const open = this.feeds.get(roomId) ?? this.open(roomId);
    open.arriving += 1;
    try {
      const isNew = open.feed.seats.size === 0;
      await open.subscription;
      const older = open.feed.attach(seat, state, from);
      // What was told before the subscription counted.
      if (isNew) await open.feed.check();
      return older;
    } finally {
      open.arriving -= 1;
      this.closeIdle(roomId);
    }
  }

  /** Whether it is this seat that is told of the room, and no later one of the player. */
  isHeld(seat: Seat): boolean {
    return this.heldBy(seat) === seat;
  }

  /** Whether any seat of its player is. */
  hasSeatOf(seat: Seat): boolean {
    return this.heldBy(seat) !== undefined;
  }

  /** False when another seat has its place already. */
  detach(seat: Seat): boolean {
    const isHeld = this.feeds.get(seat.roomId)?.feed.detach(seat) ?? false;
    this.closeIdle(seat.roomId);
    return isHeld;
  }

  /** To the seats of the room, on every node; what one node sends to a room arrives in that order. */
  relay(roomId: string, relay: Relay): Promise<void> {
    const message = deepFreeze({ relay });
    return this.topics.publish(this.rooms.topicOf(roomId), message as unknown as Json);
  }

  stop(): void {
    for (const [roomId, { feed }] of [...this.feeds]) {
      feed.seats.clear();
      this.closeIdle(roomId);
    }
  }

  private heldBy({ roomId, playerId }: Seat): Seat | undefined {
    return this.feeds.get(roomId)?.feed.seats.get(playerId);
  }

  private open(roomId: string): OpenFeed {
    const feed = new RoomFeed({
      read: () => this.rooms.find(roomId),
      restore: (state) => this.rooms.restore(state),
      clock: this.clock,
      gone: this.gone,
    });
    const subscription = this.topics.subscribe(this.rooms.topicOf(roomId), (message) => {
      const { notice, relay } = message as RoomMessage;
      if (notice) feed.receive(notice);
      if (relay) feed.relay(relay);
    });
    const open = { feed, subscription, arriving: 0 };
    this.feeds.set(roomId, open);
    return open;
  }

  private closeIdle(roomId: string): void {
    const open = this.feeds.get(roomId);
    if (!open || open.arriving > 0 || open.feed.seats.size > 0) return;
    this.feeds.delete(roomId);
    open.feed.stop();
    open.subscription.then(
      (cancel) => {
        cancel();
      },
      () => undefined,
    );
  }
}
