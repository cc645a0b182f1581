import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { translated } from './database-errors.js';

export interface PreparedStatement {
  /** Names it on each connection, which parses and plans it once. */
  name: string;
  text: string;
}

/** Runs single statements, each a transaction of its own, where TypeORM's query runner would cost more than they do. */
@Injectable()
export class PreparedStatements {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The rows, as arrays in the order of the columns.
   *
   * @throws RowLocked when another transaction kept what it needs: nothing was stored
   * @throws Unavailable when Postgres is away, or did not answer in time: nothing was stored, or it is not known
   */
  async run<Row extends unknown[]>({ name, text }: PreparedStatement, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.pool().query<Row>({ name, text, values, rowMode: 'array' })).rows;
    } catch (error) {
      throw translated(error);
    }
  }

  private pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}
