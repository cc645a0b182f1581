/** What a run has started: undone in reverse order, once, however the run ends. */
export class Resources {
  private readonly undo: (() => unknown)[] = [];
  private releasing: Promise<void> | undefined;

  add(undo: () => unknown): void {
    // Too late to be kept: what was just starting when the run ended.
    if (this.releasing) undo();
    else this.undo.push(undo);
  }

  release(): Promise<void> {
    this.releasing ??= this.releaseAll();
    return this.releasing;
  }

  private async releaseAll(): Promise<void> {
    for (const undo of this.undo.reverse())
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`bench: ${String(error)}\n`);
      }
  }
}
