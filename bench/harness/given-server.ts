import { randomUUID } from 'node:crypto';
import { OperatorError } from '../../src/common/operator-error.js';
import { withOperatorConnection } from '../../src/infra/database/operator-connection.js';

/** A database of a run, on a server that the run was given. */
export interface MadeDatabase {
  /** The server's URL: of the database that we connect to, and leave alone. */
  server: string;
  name: string;
  url: string;
}

/** Of a name that no other has. @throws OperatorError when this is no server's URL */
export function newDatabase(server: string): MadeDatabase {
  if (!/^postgres(ql)?:/.test(server) || !URL.canParse(server))
    throw new OperatorError('DATABASE_URL must be like postgres://user:password@host:5432/database.');
  const name = `parley_bench_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { server, name, url: url.href };
}

/** Empty, whatever the server's own template holds. @throws OperatorError when it cannot be made */
export async function createDatabase({ server, name }: MadeDatabase): Promise<void> {
  try {
    await onServer(server, `CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const why = `a benchmark makes a database of its own on the server of DATABASE_URL, and cannot`;
    throw new OperatorError(`${why}: ${(cause as Error).message}.`, { cause });
  }
}

export async function dropDatabase({ server, name }: MadeDatabase): Promise<void> {
  await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

function onServer(url: string, statement: string): Promise<void> {
  return withOperatorConnection({ url, purpose: 'bench' }, async (client) => {
    await client.query(statement);
  });
}
