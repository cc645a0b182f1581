import { Injectable, Logger, OnApplicationShutdown } from '@nestjs/common';

/** Owns every promise that nobody awaits: a failure is logged, and shutdown waits for what is under way. */
@Injectable()
export class BackgroundTasks implements OnApplicationShutdown {
  private readonly logger = new Logger(BackgroundTasks.name);
  private readonly running = new Set<Promise<void>>();

  run(name: string, task: () => Promise<unknown>): void {
    const promise = this.guarded(name, task).finally(() => this.running.delete(promise));
    this.running.add(promise);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }

  private async guarded(name: string, task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (err) {
      this.logger.error({ msg: 'background task failed', task: name, err });
    }
  }
}
