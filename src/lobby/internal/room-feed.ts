import type { Cancel, Clock } from '../../common/clock.js';
import type { WireText } from '../../realtime/wire.js';
import type { RoomNews } from '../lobby-listener.js';
import { playerOf } from '../room-state.js';
import type { RoomEntry, RoomState } from '../room-state.js';
import type { RoomNotice } from './lobby-rooms.js';
import type { Seat } from './seat.js';

/** What comes ahead of its turn waits so long for the rest before the room is read. */
const GAP_MS = 50;
const MOST_AHEAD = 256;
/** Who takes a seat is told what happened since, out of so many. */
const MOST_REMEMBERED = 64;

/** Something for the seats themselves, and not of the room: the sender knew the room as of `rev`. */
export interface Relay {
  readonly text: WireText;
  readonly rev: number;
  readonly to?: string;
  readonly except?: string;
}

export interface FeedSource {
  read: () => Promise<RoomState | undefined>;
  /** Stores the room anew; undefined when it was removed. */
  restore: (state: RoomState) => Promise<RoomState | undefined>;
  clock: Clock;
  /** The player of a seat has left the room, or the room is gone. */
  gone(seat: Seat): void;
}

/** A room as the seats of this node are told it: each entry once, in order, on whatever node it happened. */
export class RoomFeed {
  readonly seats = new Map<string, Seat>();
  /** The room as it was told last, without its `recent`. */
  state: RoomState | undefined;
  private cursor: number | undefined;
  private remembered: { rev: number; news: RoomNews }[] = [];
  private readonly ahead = new Map<number, { entry: RoomEntry; room: RoomState | undefined }>();
  private relays: Relay[] = [];
  private waiting: Cancel | undefined;
  private absences = 0;

  constructor(private readonly source: FeedSource) {}

  get rev(): number {
    return this.cursor ?? 0;
  }

  /** From this entry on the seat is told what happens; it takes the place of an older one of its player. */
  attach(seat: Seat, state: RoomState, from: number): Seat | undefined {
    const older = this.seats.get(seat.playerId);
    this.seats.set(seat.playerId, seat);
    if (this.cursor === undefined) {
      this.cursor = from - 1;
      this.state = state;
    }
    for (const { rev, news } of this.remembered) {
      if (rev >= from) told(seat, news);
    }
    this.advance(state);
    return older === seat ? undefined : older;
  }

  /** False when another seat has its place already. */
  detach(seat: Seat): boolean {
    return this.seats.get(seat.playerId) === seat && this.seats.delete(seat.playerId);
  }

  stop(): void {
    this.waiting?.();
  }

  receive({ entries, room }: RoomNotice): void {
    for (const entry of entries) {
      if (entry.rev > this.rev && this.ahead.size < MOST_AHEAD) this.ahead.set(entry.rev, { entry, room });
    }
    this.drain();
    if (this.ahead.size > 0) this.checkLater();
  }

  relay(relay: Relay): void {
    if (relay.rev > this.rev && this.relays.length < MOST_AHEAD) this.relays.push(relay);
    else this.pass(relay);
  }

  /** Of a player's connection; not of the room, so it has no number. */
  tellOthers(playerId: string, kind: 'disconnected' | 'reconnected'): void {
    if (!this.state) return;
    const news: RoomNews = Object.freeze({ entry: { kind, playerId }, room: this.state });
    for (const seat of this.seats.values()) if (seat.playerId !== playerId) told(seat, news);
  }

  /** Reads the room: a notice may have been lost. One that is not there twice in a row was removed, or has to be stored anew. */
  async check(): Promise<void> {
    this.waiting?.();
    this.waiting = undefined;
    let state = await this.source.read();
    this.absences = state ? 0 : this.absences + 1;
    if (this.absences > 1 && this.state) state = await this.source.restore(this.state);
    const isAnother = state !== undefined && state.life !== this.state?.life;
    if (state) this.advance(state);
    for (const seat of [...this.seats.values()]) {
      if (state ? isAnother && !playerOf(state, seat.playerId) : this.absences > 1) this.endSeat(seat);
    }
  }

  /** Its player has left the room, which was not told. */
  private endSeat(seat: Seat): void {
    const { state } = this;
    if (state) told(seat, { entry: { kind: 'left', playerId: seat.playerId, rev: this.rev }, room: state });
    this.source.gone(seat);
  }

  private checkLater(): void {
    this.waiting ??= this.source.clock.after(GAP_MS, () => {
      // While it cannot be read, the next check of all rooms tries again.
      this.check().catch(() => undefined);
    });
  }

  private advance(state: RoomState): void {
    for (const entry of state.recent) {
      if (entry.rev > this.rev) this.ahead.set(entry.rev, { entry, room: state });
    }
    const oldest = Math.min(...this.ahead.keys());
    // What is older than all that the room remembers is told as the room that it led to.
    if (state.rev > this.rev && oldest > this.rev + 1 && oldest !== Infinity) {
      this.cursor = oldest - 1;
      this.deliver({ kind: 'updated', rev: this.cursor }, state);
    }
    this.drain();
  }

  private drain(): void {
    for (;;) {
      const next = this.ahead.get(this.rev + 1);
      if (!next || this.cursor === undefined) break;
      this.ahead.delete(next.entry.rev);
      this.cursor = next.entry.rev;
      this.deliver(next.entry, next.room ?? after(this.state, next.entry));
    }
    for (const rev of this.ahead.keys()) if (rev <= this.rev) this.ahead.delete(rev);
    const due = this.relays.filter(({ rev }) => rev <= this.rev);
    this.relays = this.relays.filter(({ rev }) => rev > this.rev);
    for (const relay of due) this.pass(relay);
  }

  private deliver(entry: RoomEntry, room: RoomState | undefined): void {
    if (!room) return;
    this.state = room;
    const news: RoomNews = Object.freeze({ entry, room });
    this.remembered = [...this.remembered.slice(1 - MOST_REMEMBERED), { rev: entry.rev, news }];
    for (const seat of [...this.seats.values()]) told(seat, news);
    if (entry.kind !== 'left') return;
    const seat = this.seats.get(entry.playerId);
    if (seat) this.source.gone(seat);
  }

  private pass({ text, to, except }: Relay): void {
    for (const seat of this.seats.values()) {
      if (to === undefined ? seat.playerId !== except : seat.playerId === to)
        seat.tell((listener) => {
          listener.relayed(text);
        });
    }
  }
}

function told(seat: Seat, news: RoomNews): void {
  seat.tell((listener) => {
    listener.news(news);
  });
}

/** A move's notice leaves the room out: it is as before, with a move more. */
function after(state: RoomState | undefined, entry: RoomEntry): RoomState | undefined {
  return state && { ...state, rev: entry.rev, moves: entry.kind === 'moved' ? entry.n : state.moves };
}
