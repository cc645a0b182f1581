import { Cancel } from '../../common/clock.js';
import type { Json } from '../../cluster/cluster.js';
import type { ConnectionId } from '../../common/ids.js';
import type { WireText } from '../../realtime/wire.js';
import { TargetNotFound } from '../signaling.errors.js';
import { EarlySignals } from './early-signals.js';
import { KeptSignals } from './kept-signals.js';
import type { HandOver, Relayed } from './relayed.js';
import type { RoomParts } from './room-parts.js';
import type { RoomRecord } from './room-record.js';
import type { RoomRoster } from './room-roster.js';
import type { Seat } from './seat.js';

/**
 * The signals of one room: to the seats of this node at once, to those of other nodes by the room's topic. A signal is
 * one frozen object on each node. Any node keeps what it sees go to a member who is away in its grace.
 */
export class RoomRelay {
  private readonly early: EarlySignals;
  private readonly kept = new Map<string, KeptSignals>();

  constructor(
    /** Its topic is named as its set is: what is sent to one who is on the way to another node comes before word of that. */
    private readonly scope: string,
    private readonly parts: RoomParts,
    private readonly roster: RoomRoster,
    private readonly seats: ReadonlyMap<string, Seat>,
    /** The seat of a connection of this node, which may be on its way into the room. */
    private readonly seatOf: (connectionId: ConnectionId) => Seat | undefined,
    private readonly record: RoomRecord,
  ) {
    this.early = new EarlySignals(parts.clock, (signal) => {
      this.pass(signal);
    });
  }

  subscribe(): Promise<Cancel> {
    return this.parts.cluster.topics.subscribe(this.scope, (message) => {
      this.receive(message as unknown as Relayed | HandOver);
    });
  }

  stop(): void {
    this.early.stop();
  }

  /** @throws TargetNotFound */
  send(seat: Seat, kind: string, text: WireText, to: string | undefined): void {
    if (to === undefined) this.broadcast(seat, kind, text);
    else this.sendTo(to, seat, kind, text);
  }

  /** From now on what the member is sent is kept. */
  keep(member: string, signals: readonly Relayed[] = []): void {
    const kept = this.kept.get(member) ?? new KeptSignals();
    for (const signal of signals) kept.put(signal);
    this.kept.set(member, kept);
  }

  /** What was kept for the member, which is kept no longer. */
  takeKept(member: string): readonly Relayed[] {
    const kept = this.kept.get(member);
    this.kept.delete(member);
    return kept?.all ?? [];
  }

  /** To the connection that has taken a seat on another node. */
  handOver(handOverTo: ConnectionId, signals: readonly Relayed[]): void {
    const message: HandOver = { handOverTo, node: this.parts.node, signals: Object.freeze([...signals]) };
    this.publish(Object.freeze(message));
  }

  /** The roster has gone on. */
  reached(): void {
    this.early.reached(this.roster.version);
  }

  private broadcast(seat: Seat, kind: string, text: WireText): void {
    const signal: Relayed = Object.freeze({
      from: seat.member,
      kind,
      text: Object.freeze(text),
      node: this.parts.node,
      entered: seat.entered,
      n: ++seat.sent,
    });
    this.record.relayed(signal);
    this.toAll(signal);
    if (this.roster.foreign > 0) this.publish(signal);
  }

  private sendTo(to: string, seat: Seat, kind: string, text: WireText): void {
    const place = to === seat.member ? undefined : this.roster.get(to);
    if (!place) {
      this.record.refused();
      throw new TargetNotFound('to', to);
    }
    const { node } = this.parts;
    const signal: Relayed = Object.freeze({
      from: seat.member,
      to,
      kind,
      text: Object.freeze(text),
      node,
      entered: seat.entered,
      n: ++seat.sent,
    });
    this.record.relayed(signal);
    this.toOne(to, signal);
    // Of one who is away every node keeps it: the one that it was on may end before it comes back.
    if (place.node !== node || (place.leaving && this.roster.foreign > 0)) this.publish(signal);
  }

  private publish(message: Relayed | HandOver): void {
    // It never fails: what cannot be handed over is lost, as signals may be.
    void this.parts.cluster.topics.publish(this.scope, message as unknown as Json);
  }

  private receive(message: Relayed | HandOver): void {
    if (message.node === this.parts.node) return;
    if ('handOverTo' in message) {
      this.seatOf(message.handOverTo)?.handedOver(message);
    } else if (message.entered > this.roster.version) {
      this.early.hold(message);
    } else {
      this.pass(message);
    }
  }

  /** What comes from somebody who is not here, or not any more, is for nobody. */
  private pass(signal: Relayed): void {
    if (!this.roster.get(signal.from)) return;
    if (signal.to === undefined) this.toAll(signal);
    else this.toOne(signal.to, signal);
  }

  private toOne(member: string, signal: Relayed): void {
    const kept = this.kept.get(member);
    if (kept) kept.put(signal);
    else this.seats.get(member)?.take(signal);
  }

  private toAll(signal: Relayed): void {
    for (const seat of this.seats.values()) if (seat.member !== signal.from) seat.take(signal);
    for (const [member, kept] of this.kept) if (member !== signal.from) kept.put(signal);
  }
}
