import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { unavailableInOutage } from './outage.js';

/** A transaction under way. Repository methods that write take it first; no socket and no Redis is awaited inside it. */
export type Tx = EntityManager;

/** The only place that opens transactions (READ COMMITTED: each statement sees what was committed before it began). */
@Injectable()
export class TransactionRunner {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Unavailable when Postgres is away, or did not answer in time: nothing was stored, or it is not known. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return unavailableInOutage(() => this.dataSource.transaction('READ COMMITTED', work));
  }

  /** One statement, or several that need no common snapshot. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return unavailableInOutage(() => work(this.dataSource.manager));
  }
}
