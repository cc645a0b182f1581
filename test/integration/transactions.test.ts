import type pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Unavailable } from '../../src/common/domain-error.js';
import { TransactionRunner } from '../../src/infra/database/transaction-runner.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

it('a transaction whose connection breaks between two statements says that Postgres is away (1.2, unavailable)', async () => {
  const broken = app.app.get(TransactionRunner).run(async (tx) => {
    const [backend] = await tx.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    await app.sql('SELECT pg_terminate_backend($1)', [backend!.pid]);
    await eventually(() => tx.queryRunner?.isReleased === true);
    await tx.query('SELECT 1');
  });
  await expect(broken).rejects.toThrow(Unavailable);
});

it('a connection that breaks before TypeORM listens to it ends no process, and is not used again', async () => {
  const { master: pool } = app.app.get(DataSource).driver as unknown as { master: pg.Pool };
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  // Without a listener of its own the error is an uncaught exception, which fails the run.
  await app.sql('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
  await ended;
  await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
  client.release();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});
