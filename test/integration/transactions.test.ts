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
