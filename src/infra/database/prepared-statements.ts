import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { unavailableInOutage } from './outage.js';
import { parserOf } from './wire-types.js';

const TYPES = { getTypeParser: parserOf as pg.CustomTypesConfig['getTypeParser'] };

/** A statement that each connection of the pool parses once. Made once per text, not per call. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** `text` names nothing that varies: each one that a connection has seen stays in that connection's memory. */
export function statement(text: string): Statement {
  return { name: createHash('sha256').update(text).digest('hex').slice(0, 16), text };
}

/**
 * Single statements of the hot paths, on the pool that TypeORM has: one round trip, one snapshot, and a plan that is
 * kept. Values come back as `parserOf` says.
 */
@Injectable()
export class PreparedStatements {
  constructor(private readonly dataSource: DataSource) {}

  /** The rows as objects. @throws Unavailable */
  async objects<Row extends object>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const { rows } = await unavailableInOutage(() => this.pool.query<Row>({ name, text, values, types: TYPES }));
    return rows;
  }

  /** The rows as arrays, in the order of the columns: cheaper where there are many. @throws Unavailable */
  async arrays<Row extends unknown[]>({ name, text }: Statement, values: unknown[]): Promise<Row[]> {
    const { rows } = await unavailableInOutage(() =>
      this.pool.query<Row>({ name, text, values, types: TYPES, rowMode: 'array' }),
    );
    return rows;
  }

  private get pool(): pg.Pool {
    return (this.dataSource.driver as unknown as { master: pg.Pool }).master;
  }
}
