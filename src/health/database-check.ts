import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../common/clock.js';
import { NotReady } from './health.errors.js';

const LIMIT_MS = 1000;

@Injectable()
export class DatabaseCheck {
  private readonly logger = new Logger(DatabaseCheck.name);
  private underWay: Promise<boolean> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @throws NotReady unless Postgres answers within a second, on a connection of the pool that requests use */
  async run(): Promise<void> {
    // A question that got no answer yet is not asked again: probes must not use up the pool while Postgres hangs.
    this.underWay ??= this.ask().finally(() => (this.underWay = undefined));
    if (!(await this.withinLimit(this.underWay)))
      throw new NotReady('database', `gave no answer within ${LIMIT_MS} ms`);
  }

  private async ask(): Promise<boolean> {
    try {
      await this.dataSource.query('SELECT 1');
      return true;
    } catch (err) {
      this.logger.warn({ msg: 'database check failed', err });
      return false;
    }
  }

  private withinLimit(answer: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const stopWaiting = this.clock.after(LIMIT_MS, () => {
        resolve(false);
      });
      void answer.then((ok) => {
        stopWaiting();
        resolve(ok);
      });
    });
  }
}
