import type { Json, Topics } from '../../cluster/cluster.js';
import type { Clock } from '../../common/clock.js';
import { DomainError, Unavailable } from '../../common/domain-error.js';
import { RoomNotFound } from '../lobby.errors.js';
import { openSeats, playerOf } from '../room-state.js';
import type { RoomEntry, RoomState } from '../room-state.js';
import { joinHalves } from './joined-halves.js';
import { changed, withoutPlayer } from './room-changes.js';
import type { OpenRooms } from './open-rooms.js';
import type { RoomIndex } from './room-index.js';
import type { SteadyDocuments } from './steady-documents.js';

/** What has happened in a room, as one node tells it to all. */
export interface RoomNotice {
  readonly entries: readonly RoomEntry[];
  /** The room after them, without its `recent`; left out when nothing but moves has happened. */
  readonly room?: RoomState;
}

export interface RoomStores {
  prefix: string;
  documents: SteadyDocuments;
  index: RoomIndex;
  open: OpenRooms;
  /** The lives of rooms that were removed lately: what is not there and not here either was lost. */
  removed: SteadyDocuments;
  topics: Topics;
  clock: Clock;
  /** What belongs to a room that is gone can go. */
  readonly gone: (state: RoomState) => void;
}

interface ChangeOptions {
  /** A room that the change leaves empty goes at once. */
  removeEmpty?: boolean;
  /** Matchmaking has counted the seats already. */
  seatsCounted?: boolean;
}

/** The rooms of a namespace, each changed by compare-and-set; who is there is told on every node. */
export class LobbyRooms {
  constructor(private readonly stores: RoomStores) {}

  async find(roomId: string): Promise<RoomState | undefined> {
    return stateOf(await this.stores.documents.get(this.keyOf(roomId)));
  }

  /** @throws RoomNotFound */
  async get(roomId: string): Promise<RoomState> {
    return this.present(await this.find(roomId));
  }

  /**
   * Stores what `change` makes of the room (undefined: there is none), tells it, and resolves with it. Nothing is told when
   * it gives back what it got. `change` must be pure.
   */
  async change(
    roomId: string,
    change: (state: RoomState | undefined) => RoomState,
    { removeEmpty = false, seatsCounted = false }: ChangeOptions = {},
  ): Promise<RoomState> {
    let after: RoomState | undefined;
    const { before } = await this.stores.documents.change(this.keyOf(roomId), (value) => {
      const state = stateOf(value);
      after = change(state);
      if (after === state) return value;
      return removeEmpty && after.players.length === 0 ? undefined : (after as unknown as Json);
    });
    if (!after) throw new Error('a change has not been made');
    if (after !== stateOf(before)) await this.tell(stateOf(before), after, { removeEmpty, seatsCounted });
    return after;
  }

  /** As `change`, for a room that must be there. @throws RoomNotFound */
  changePresent(
    roomId: string,
    change: (state: RoomState) => RoomState,
    options: ChangeOptions = {},
  ): Promise<RoomState> {
    return this.change(roomId, (state) => change(this.present(state)), options);
  }

  /** The player is in the room no more, if `isMeant`; false when it was not there. */
  async leave(
    roomId: string,
    playerId: string,
    {
      isMeant = () => true,
      removeEmpty = true,
    }: { isMeant?: (state: RoomState) => boolean; removeEmpty?: boolean } = {},
  ): Promise<boolean> {
    let had = false;
    try {
      await this.changePresent(
        roomId,
        (state) => {
          had = isMeant(state) && playerOf(state, playerId) !== undefined;
          return had ? withoutPlayer(state, playerId, this.stores.clock.now()) : state;
        },
        { removeEmpty },
      );
    } catch (error) {
      if (!(error instanceof RoomNotFound)) throw error;
    }
    return had;
  }

  /** Everyone leaves, and the room is gone; false when there was none. */
  async remove(roomId: string, isMeant: (state: RoomState) => boolean = () => true): Promise<RoomState | undefined> {
    const { before } = await this.stores.documents.change(this.keyOf(roomId), (value) => {
      const state = stateOf(value);
      return state && isMeant(state) ? undefined : value;
    });
    const state = stateOf(before);
    if (!state || !isMeant(state)) return undefined;
    const left = state.players.map(({ id }) => ({ kind: 'left' as const, playerId: id }));
    const empty = changed({ ...state, players: [] }, left, this.stores.clock.now());
    await this.tell(state, empty, { removeEmpty: true });
    return state;
  }

  /**
   * Stores what this node knows of a room, joined with what there is of it: it may have been lost, or have gone on elsewhere.
   * Undefined: it was removed, and stays so.
   */
  async restore(mine: RoomState): Promise<RoomState | undefined> {
    const { index, open, removed, clock } = this.stores;
    if ((await removed.get(this.removalOf(mine))) !== undefined) return undefined;
    const join = (theirs: RoomState | undefined) => joinHalves(mine, theirs, clock.now());
    const state = await this.change(mine.roomId, join, { seatsCounted: true });
    await Promise.all([index.note(state), open.tell(state)]);
    return state;
  }

  topicOf(roomId: string): string {
    return `${this.stores.prefix}:room:${roomId}`;
  }

  /** While the nodes cannot reach each other, a room that this one does not know may be on another. */
  private present(state: RoomState | undefined): RoomState {
    if (state) return state;
    throw this.stores.documents.isAway() ? new Unavailable() : new RoomNotFound();
  }

  private async tell(
    before: RoomState | undefined,
    after: RoomState,
    { removeEmpty, seatsCounted }: ChangeOptions,
  ): Promise<void> {
    const { topics, index, open } = this.stores;
    const entries = after.recent.filter(({ rev }) => rev > (before?.life === after.life ? before.rev : 0));
    const isMovesOnly = entries.length > 0 && entries.every(({ kind }) => kind === 'moved');
    const notice: RoomNotice = isMovesOnly ? { entries } : { entries, room: { ...after, recent: [] } };
    const isGone = removeEmpty === true && after.players.length === 0;
    const seatsChanged = isGone || !before || openSeats(before) !== openSeats(after);
    if (isGone) {
      this.stores.gone(after);
      await healed(this.stores.removed.change(this.removalOf(after), () => true));
    }
    await topics.publish(this.topicOf(after.roomId), { notice: notice as unknown as Json });
    await Promise.all([
      isMovesOnly || healed(isGone ? index.forget(after.roomId) : index.note(after)),
      seatsChanged &&
        seatsCounted !== true &&
        healed(isGone ? open.forget(after.pool, after.roomId) : open.tell(after)),
    ]);
  }

  private removalOf({ life }: RoomState): string {
    return `${this.stores.prefix}:removed:${life}`;
  }

  private keyOf(roomId: string): string {
    return `${this.stores.prefix}:state:${roomId}`;
  }
}

/** What is stored is stored: a list that could not be told of it is put right by the next sweep. */
async function healed(telling: Promise<unknown>): Promise<void> {
  try {
    await telling;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}

function stateOf(value: Json | undefined): RoomState | undefined {
  return value as unknown as RoomState | undefined;
}
