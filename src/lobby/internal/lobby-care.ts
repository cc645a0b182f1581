import type { Cancel } from '../../common/clock.js';
import { openSeats } from '../room-state.js';
import type { RoomState } from '../room-state.js';
import { Absences } from './absences.js';
import type { LobbyParts } from './lobby-parts.js';
import { changed } from './room-changes.js';
import type { RoomSummary } from './room-index.js';

const CHECK_MS = 5000;
const SWEEP_MS = 15_000;
/** An empty room may be about to be joined. */
const EMPTY_MS = 30_000;
/** What is wrong for so long is not just under way. */
const WRONG_MS = 10_000;
/** Long before its documents are forgotten. */
const STORE_ANEW_MS = 21_600_000;

/** Puts right what nobody else will: lost notices, empty rooms, players without a connection, halves of rooms. */
export class LobbyCare {
  private readonly absences: Absences;
  private cancels: Cancel[] = [];
  /** Since when this node has seen a player without a seat. */
  private seatless = new Map<string, number>();

  constructor(private readonly parts: LobbyParts) {
    this.absences = new Absences(parts);
  }

  async start(): Promise<void> {
    const { tools, seats } = this.parts;
    const { clock, cluster } = tools;
    this.cancels = [
      clock.every(CHECK_MS, () => {
        this.parts.run('check lobby rooms', () => this.check());
      }),
      clock.every(SWEEP_MS, () => {
        this.parts.run('sweep lobby rooms', () => this.sweep());
      }),
      cluster.backplane.on('restored', () => {
        this.parts.run('join lobby rooms', () => this.rejoin());
      }),
    ];
    await seats.start((delta) => {
      this.absences.apply(delta);
      this.parts.sessions.apply(delta);
    });
  }

  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    this.parts.feeds.stop();
    await this.parts.seats.stop();
  }

  /** Removes the rooms that have been empty for `emptyMs`, and says how many. */
  async removeEmpty(emptyMs: number): Promise<number> {
    const summaries = await this.parts.index.list();
    const removed = await Promise.all(
      summaries.filter(({ players }) => players === 0).map(({ id }) => this.removeIfEmpty(id, emptyMs)),
    );
    return removed.filter(Boolean).length;
  }

  private async check(): Promise<void> {
    if (this.parts.documents.isAway()) return;
    await Promise.all(
      this.parts.feeds.all().map(async ([roomId, feed]) => {
        await feed.check();
        await this.storeAnew(roomId, feed.state);
      }),
    );
  }

  private async sweep(): Promise<void> {
    if (this.parts.documents.isAway()) return;
    const since = this.seatless;
    this.seatless = new Map();
    const summaries = await this.parts.index.list();
    for (const summary of summaries) await this.sweepRoom(summary, since);
  }

  private async sweepRoom({ id, players, status }: RoomSummary, since: ReadonlyMap<string, number>): Promise<void> {
    const { rooms, index, open, seats, tools } = this.parts;
    const now = tools.clock.now();
    if (status !== 'waiting' && players > 0 && players === seats.countIn(id)) return;
    const state = await rooms.find(id);
    if (!state) {
      await index.forget(id);
      return;
    }
    if (state.players.length === 0) await this.removeIfEmpty(id, EMPTY_MS);
    else if (openSeats(state) > 0 && now - state.changedAt > WRONG_MS) await open.tell(state);
    for (const player of state.players) {
      if (player.byCode || seats.has(id, player.id)) continue;
      const key = `${id}/${player.id}`;
      const first = since.get(key) ?? now;
      if (now - first >= WRONG_MS) await this.absences.settle(id, player.id, 'lost');
      else this.seatless.set(key, first);
    }
  }

  /** An entry more, so that every document that has to do with the room is written. */
  private async storeAnew(roomId: string, state: RoomState | undefined): Promise<void> {
    const now = this.parts.tools.clock.now();
    const isOld = (room: RoomState) => now - room.changedAt > STORE_ANEW_MS;
    if (!state || !isOld(state)) return;
    await this.parts.rooms.changePresent(roomId, (room) =>
      isOld(room) ? changed(room, [{ kind: 'updated' }], now) : room,
    );
  }

  private async removeIfEmpty(id: string, emptyMs: number): Promise<boolean> {
    const { rooms, tools } = this.parts;
    const latest = tools.clock.now() - emptyMs;
    const removed = await rooms.remove(id, (room) => room.players.length === 0 && room.changedAt <= latest);
    return removed !== undefined;
  }

  /** What this node knows of its rooms goes to what the nodes share, which may have been lost. */
  private async rejoin(): Promise<void> {
    const { feeds, documents, rooms } = this.parts;
    const mine = new Map<string, RoomState>();
    for (const value of documents.changedAlone.values()) {
      const state = value as unknown as RoomState | undefined;
      if (state) mine.set(state.roomId, state);
    }
    for (const [roomId, { state }] of feeds.all()) if (state && !mine.has(roomId)) mine.set(roomId, state);
    await Promise.all(
      [...mine].map(async ([roomId, state]) => {
        await rooms.restore(state);
        await feeds.get(roomId)?.check();
      }),
    );
  }
}
