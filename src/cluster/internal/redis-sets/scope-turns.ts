interface Turn {
  running: number;
  /** The work that has the scope for itself, or waits for it. */
  alone: Promise<void> | undefined;
  idle: (() => void) | undefined;
}

/** The operations of this node on a scope run side by side, and one that concerns it as a whole has it for itself. */
export class ScopeTurns {
  private readonly turns = new Map<string, Turn>();

  /** `last` is called when no other operation runs any more. */
  async share<T>(scope: string, work: () => Promise<T>, last: () => void): Promise<T> {
    for (let turn = this.turns.get(scope); turn?.alone; turn = this.turns.get(scope)) await turn.alone;
    const turn = this.turnOf(scope);
    turn.running += 1;
    try {
      return await work();
    } finally {
      turn.running -= 1;
      if (turn.running === 0) {
        turn.idle?.();
        if (!turn.alone) {
          this.turns.delete(scope);
          last();
        }
      }
    }
  }

  /** Begins once the operations that run have ended; those that come meanwhile wait. One at a time. */
  async alone(scope: string, work: () => Promise<void>): Promise<void> {
    for (let turn = this.turns.get(scope); turn?.alone; turn = this.turns.get(scope)) await turn.alone;
    const turn = this.turnOf(scope);
    const running = this.whenIdle(turn).then(work);
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    turn.alone = settled.then(() => {
      turn.alone = undefined;
      this.turns.delete(scope);
    });
    await turn.alone;
    await running;
  }

  private whenIdle(turn: Turn): Promise<void> {
    if (turn.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      turn.idle = resolve;
    });
  }

  private turnOf(scope: string): Turn {
    const turn = this.turns.get(scope) ?? { running: 0, alone: undefined, idle: undefined };
    this.turns.set(scope, turn);
    return turn;
  }
}
