import { randomUUID } from 'node:crypto';
import { withOperatorConnection } from '../../src/infra/database/operator-connection.js';

/** A database of a run, on a server that the run was given. */
export interface MadeDatabase {
  /** The server's URL: of the database that we connect to, and leave alone. */
  server: string;
  name: string;
  url: string;
}

/** Of a name that no other has. */
export function newDatabase(server: string): MadeDatabase {
  const name = `parley_bench_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { server, name, url: url.href };
}

/** @throws OperatorError when the server cannot be reached, or lets us make none */
export async function createDatabase({ server, name }: MadeDatabase): Promise<void> {
  await onServer(server, `CREATE DATABASE ${name}`);
}

export async function dropDatabase({ server, name }: MadeDatabase): Promise<void> {
  await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

function onServer(url: string, statement: string): Promise<void> {
  return withOperatorConnection({ url, purpose: 'bench' }, async (client) => {
    await client.query(statement);
  });
}
