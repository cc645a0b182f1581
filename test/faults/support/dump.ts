import type { DurablePostgres } from './durable-postgres.js';

/**
 * Carries all rows from one server to another, whose schema is the same: what pg_dump and a restore elsewhere do. The
 * embedded Postgres has no pg_dump.
 */
export async function restoreElsewhere(from: DurablePostgres, to: DurablePostgres): Promise<void> {
  const tables = await from.sql<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const target = await to.connect();
  // Rows come in the order of the tables' names: the constraints held where they come from.
  await target.query('SET session_replication_role = replica');
  for (const { name } of tables) {
    const [dump] = await from.sql<{ rows: unknown }>(`SELECT coalesce(json_agg(t), '[]') AS rows FROM ${name} t`);
    await target.query(`DELETE FROM ${name}`);
    await target.query(`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1)`, [
      JSON.stringify(dump!.rows),
    ]);
  }
  await target.end();
}
