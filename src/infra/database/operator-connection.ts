import pg from 'pg';
import { OperatorError } from '../../common/operator-error.js';

/** Postgres does not answer, or lets us not in. */
class DatabaseUnreachable extends OperatorError {
  constructor({ host, port, database }: pg.Client, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    super(`Cannot connect to Postgres (database ${database ?? ''} at ${host}:${port}): ${message || code}`, { cause });
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Runs an operator's work on a connection of its own, without the time limits of the application's pool.
 *
 * @throws OperatorError when Postgres cannot be reached
 */
export async function withOperatorConnection<T>(
  { url, purpose }: { url: string; purpose: string },
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `parley ${purpose}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that breaks is told by the query that follows; unheard, the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect().catch((cause: unknown) => {
      throw new DatabaseUnreachable(client, cause);
    });
    return await work(client);
  } finally {
    await client.end();
  }
}
