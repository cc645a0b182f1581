import { Presets, SingleBar } from 'cli-progress';

/** How far it is: a bar on a terminal; elsewhere a line for each tenth. */
export class Progress {
  private readonly bar: SingleBar;

  constructor(stream: NodeJS.WriteStream) {
    const format = '{bar} {percentage} % | {value} of {total} messages | {eta_formatted} left';
    this.bar = new SingleBar(
      { format, stream, hideCursor: true, noTTYOutput: true, notTTYSchedule: 2000, clearOnComplete: true },
      Presets.shades_classic,
    );
  }

  start(total: number): void {
    this.bar.start(total, 0);
  }

  add(done: number): void {
    this.bar.increment(done);
  }

  stop(): void {
    this.bar.stop();
  }
}
