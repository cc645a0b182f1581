import type { BackgroundTasks } from '../common/background-tasks.js';
import type { Cancel, Clock } from '../common/clock.js';
import type { Backplane } from './cluster.js';

/** What missed a notification is at most this, and the check itself, behind (protocol section 2.1: 5 s, a busy machine too). */
const EVERY_MS = 3500;
/** While no notification arrives from other nodes at all. */
const EVERY_MS_AWAY = 900;
/** Added at random, so that the nodes of a cluster do not all ask at once: a part of the time before. */
const JITTER = 0.1;

interface CheckServices {
  backplane: Backplane;
  clock: Clock;
  tasks: BackgroundTasks;
  /** What the log calls it. */
  name: string;
  check(): Promise<void>;
}

/**
 * When a node compares what it was told with Postgres, since a topic may lose a notification: regularly, every second while
 * the backplane is away, at once when it is back.
 */
export class PeriodicCheck {
  private stopWaiting: Cancel = () => undefined;
  private stopListening: Cancel[] = [];
  private checking = false;
  /** Asked for during a check, which may have begun too early to see what this one is about. */
  private again = false;

  constructor(private readonly services: CheckServices) {}

  start(): void {
    const { backplane } = this.services;
    this.stopListening = [
      backplane.on('lost', () => {
        this.later();
      }),
      backplane.on('restored', () => {
        this.now();
      }),
    ];
    this.later();
  }

  stop(): void {
    this.again = false;
    this.stopWaiting();
    for (const stop of this.stopListening) stop();
  }

  private later(): void {
    this.stopWaiting();
    const { backplane, clock } = this.services;
    const ms = backplane.away ? EVERY_MS_AWAY : EVERY_MS;
    this.stopWaiting = clock.after(ms * (1 + Math.random() * JITTER), () => {
      this.now();
    });
  }

  /** One check at a time. The next one's time runs from the start of this one. */
  private now(): void {
    this.later();
    this.again = this.checking;
    if (!this.checking) this.services.tasks.run(this.services.name, () => this.check());
  }

  private async check(): Promise<void> {
    this.checking = true;
    try {
      await this.services.check();
    } finally {
      this.checking = false;
      if (this.again) this.now();
    }
  }
}
