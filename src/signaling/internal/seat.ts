import { Logger } from '@nestjs/common';
import type { Json } from '../../cluster/cluster.js';
import type { Cancel, Clock } from '../../common/clock.js';
import type { Departure } from '../../realtime/raw-gateway.js';
import type { WireText } from '../../realtime/wire.js';
import type { RoomEntry, RoomListener, RoomParticipant, RoomSeat } from '../room-seat.js';
import { KeptSignals } from './kept-signals.js';
import type { HandOver, Relayed } from './relayed.js';

/** So long a seat that was taken over from another node waits for what that node has kept for it. */
const HAND_OVER_WAIT_MS = 500;

/** What a seat asks of its room. */
interface SeatRoom {
  othersOf(member: string): readonly RoomParticipant[];
  participant(member: string): RoomParticipant | undefined;
  hasJustLeft(member: string): boolean;
  relay(seat: Seat, kind: string, text: WireText, to: string | undefined): void;
  update(seat: Seat, data: Json): Promise<boolean>;
  leave(seat: Seat, departure: Departure): Promise<void>;
}

type Call = (listener: RoomListener) => void;

const logger = new Logger('RoomSeat');

/** A connection of this node in a room. It tells its listener nothing before `enter` has resolved. */
export class Seat implements RoomSeat {
  order = 0;
  replaced = false;
  /** The set's version after which it was in the room. */
  entered = 0;
  /** How many signals it has sent. */
  sent = 0;
  phase: 'entering' | 'seated' | 'over' = 'entering';
  /** What it is told before its turn, in order; undefined once it is told at once. */
  private early: Call[] | undefined = [];
  /** What it is sent before its turn, or before what another node has kept has come; undefined once it gets all at once. */
  private kept: KeptSignals | undefined = new KeptSignals();
  /** What it was sent in this turn of the event loop. */
  private recent: Relayed[] | undefined;
  /** Another node has kept more for it: which, and the end of waiting for that. */
  private awaited: { node: string; cancel: Cancel } | undefined;
  /** The nodes that were faster to hand over than word of the join was to come. */
  private handed: Set<string> | undefined;
  private atEntry: readonly RoomParticipant[] = [];

  constructor(
    private readonly room: SeatRoom,
    readonly entry: RoomEntry,
    private readonly clock: Clock,
  ) {}

  get member(): string {
    return this.entry.member;
  }

  others(): readonly RoomParticipant[] {
    return this.early ? this.atEntry : this.room.othersOf(this.member);
  }

  participant(member: string): RoomParticipant | undefined {
    return this.room.participant(member);
  }

  hasJustLeft(member: string): boolean {
    return this.room.hasJustLeft(member);
  }

  signal(kind: string, text: WireText, to?: string): void {
    this.room.relay(this, kind, text, to);
  }

  update(data: Json): Promise<boolean> {
    return this.room.update(this, data);
  }

  leave(departure: Departure): Promise<void> {
    return this.room.leave(this, departure);
  }

  /** From now on what happens is for it. */
  sit(order: number, entered: number): void {
    this.phase = 'seated';
    this.order = order;
    this.entered = entered;
    this.atEntry = this.room.othersOf(this.member);
  }

  /** It was sent this while it was away; with `node`, another node has more, which is waited for. */
  takeOver(kept: readonly Relayed[], node: string | undefined): void {
    this.kept?.merge(kept);
    if (node === undefined || this.handed?.has(node)) return;
    const cancel = this.clock.after(HAND_OVER_WAIT_MS, () => {
      this.complete();
    });
    this.awaited = { node, cancel };
  }

  /** A node has kept this for it; what comes when it is no longer waited for is too late to come in order. */
  handedOver({ node, signals }: HandOver): void {
    if (this.phase === 'over') return;
    this.kept?.merge(signals);
    if (this.phase === 'entering') (this.handed ??= new Set()).add(node);
    else if (this.awaited?.node === node) this.complete();
  }

  /** Whoever called `enter` has the seat in hand: told is what has happened since. */
  open(): void {
    const early = this.early ?? [];
    this.early = undefined;
    this.atEntry = [];
    for (const call of early) this.call(call);
    if (!this.awaited) this.release();
  }

  tell(call: Call): void {
    if (this.phase !== 'seated') return;
    if (this.early) this.early.push(call);
    else this.call(call);
  }

  take(signal: Relayed): void {
    if (!this.kept && this.entry.listener.canReceive?.() === false) this.kept = new KeptSignals();
    if (this.kept) this.kept.put(signal);
    else this.deliver(signal);
  }

  /** The last thing that it is told, if there is one. What it was sent and has not got comes back. */
  end(call?: Call): readonly Relayed[] {
    this.settle();
    if (call) this.tell(call);
    this.phase = 'over';
    this.awaited?.cancel();
    this.awaited = undefined;
    return this.kept?.all ?? [];
  }

  /** What was sent in this turn leaves at its end: a peer that has begun to go meanwhile, has got none of it. */
  private settle(): void {
    const { recent = [] } = this;
    this.recent = undefined;
    if (recent.length === 0 || this.entry.listener.hasBrokenOff?.() !== true) return;
    const later = this.kept?.all ?? [];
    this.kept = new KeptSignals();
    for (const signal of [...recent, ...later]) this.kept.put(signal);
  }

  private complete(): void {
    this.awaited?.cancel();
    this.awaited = undefined;
    if (!this.early) this.release();
  }

  private release(): void {
    const kept = this.kept?.all ?? [];
    this.kept = undefined;
    // Who has left meanwhile is nobody whom the client knows.
    for (const signal of kept) if (this.room.participant(signal.from)) this.deliver(signal);
  }

  private deliver(signal: Relayed): void {
    if (this.phase !== 'seated') return;
    if (this.entry.listener.hasBrokenOff) this.remember(signal);
    try {
      this.entry.listener.received(signal);
    } catch (err) {
      this.failed(err);
    }
  }

  private remember(signal: Relayed): void {
    if (this.recent) {
      this.recent.push(signal);
      return;
    }
    this.recent = [signal];
    setImmediate(() => {
      this.settle();
    });
  }

  /** One that fails must not keep the others from being told. */
  private call(call: Call): void {
    try {
      call(this.entry.listener);
    } catch (err) {
      this.failed(err);
    }
  }

  private failed(err: unknown): void {
    logger.error({ msg: 'a room listener failed', room: this.entry.scope, client_id: this.member, err });
  }
}
