import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Gathering } from '../../common/gathering.js';
import { PreparedStatements } from '../../infra/database/prepared-statements.js';
import type { LogPosition } from '../message.js';
import type { LogReading } from './log.repository.js';
import { POSITIONS } from './log-statements.js';

type Row = [n: number, lastSeq: number, epoch: string];

/** Where logs stand, for users who connect and ask for nothing before that: those who ask at once share a statement. */
@Injectable()
export class LogPositions {
  private readonly gathering: Gathering<LogReading, LogPosition | undefined>;

  constructor(
    private readonly prepared: PreparedStatements,
    clock: Clock,
  ) {
    this.gathering = new Gathering((readings) => this.list(readings), clock);
  }

  /** Undefined: there is no such log, or the user may not read it. */
  find(reading: LogReading): Promise<LogPosition | undefined> {
    return this.gathering.ask(reading);
  }

  private async list(readings: readonly LogReading[]): Promise<(LogPosition | undefined)[]> {
    const ids = [readings.map(({ conversationId }) => conversationId), readings.map(({ userId }) => userId)];
    const positions: (LogPosition | undefined)[] = readings.map(() => undefined);
    for (const [n, lastSeq, epoch] of await this.prepared.arrays<Row>(POSITIONS, ids))
      positions[n - 1] = { lastSeq, epoch };
    return positions;
  }
}
