import type { Metrics } from '../../infra/observability/metrics.js';

/** A room of this node, as far as it is counted. */
interface CountedRoom {
  readonly kind: string;
  /** How many of its participants are connected to this node. */
  readonly seated: number;
}

/** What rooms of one kind have done on this node since it started. */
export interface RoomCounts {
  relayed: number;
  /** Signals whose target was not in the room. */
  refused: number;
  /** The room that has ended now was there for so long. */
  ended(lifeMs: number): void;
}

const BY_KIND = ['kind'] as const;

/** Rooms, participants, relays and life, by kind; relays are counted in a field, and summed up when somebody asks. */
export class RoomMetrics {
  private readonly kinds = new Map<string, RoomCounts>();
  private readonly life;

  constructor(metrics: Metrics, rooms: () => Iterable<CountedRoom>) {
    const { kinds } = this;
    metrics.gauge({
      name: 'parley_rooms',
      help: 'Rooms that somebody on this node is in, by kind.',
      labelNames: BY_KIND,
      collect() {
        for (const kind of kinds.keys()) this.set({ kind }, 0);
        for (const { kind } of rooms()) this.inc({ kind });
      },
    });
    metrics.gauge({
      name: 'parley_room_participants',
      help: 'Participants of rooms that are connected to this node, by kind.',
      labelNames: BY_KIND,
      collect() {
        for (const kind of kinds.keys()) this.set({ kind }, 0);
        for (const { kind, seated } of rooms()) this.inc({ kind }, seated);
      },
    });
    metrics.counter({
      name: 'parley_room_relays_total',
      help: 'Signals that participants on this node have sent, by kind of room.',
      labelNames: BY_KIND,
      collect() {
        this.reset();
        for (const [kind, { relayed }] of kinds) this.inc({ kind }, relayed);
      },
    });
    metrics.counter({
      name: 'parley_room_refused_signals_total',
      help: 'Signals to somebody who was not in the room, by kind of room.',
      labelNames: BY_KIND,
      collect() {
        this.reset();
        for (const [kind, { refused }] of kinds) this.inc({ kind }, refused);
      },
    });
    this.life = metrics.histogram({
      name: 'parley_room_life_seconds',
      help: 'From the first one who came to the last one who left, by the node that the last one was on.',
      labelNames: BY_KIND,
      buckets: [1, 10, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200],
    });
  }

  of(kind: string): RoomCounts {
    const known = this.kinds.get(kind);
    if (known) return known;
    const counts: RoomCounts = {
      relayed: 0,
      refused: 0,
      ended: (lifeMs) => {
        this.life.observe({ kind }, lifeMs / 1000);
      },
    };
    this.kinds.set(kind, counts);
    return counts;
  }
}
