import type { ClientBase } from 'pg';
import { DataSourceOptions, MixedList } from 'typeorm';
import { SnakeNamingStrategy } from './naming-strategy.js';
import { SilenceWatch } from './silence-watch.js';

export interface DatabaseOptions {
  url: string;
  poolSize: number;
  statementTimeoutMs: number;
  entities: MixedList<new () => object>;
  migrations: (new () => object)[];
}

/** How this application uses Postgres: the schema comes from migrations alone, and no statement waits for ever. */
export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  // Where statements may take as long as they like, silence says nothing.
  const silence = options.statementTimeoutMs > 0 ? new SilenceWatch(options.url) : undefined;
  return {
    type: 'postgres',
    url: options.url,
    entities: options.entities as (new () => object)[],
    migrations: options.migrations,
    migrationsRun: false,
    migrationsTableName: 'migrations',
    synchronize: false,
    namingStrategy: new SnakeNamingStrategy(),
    poolSize: options.poolSize,
    applicationName: 'parley',
    logging: false,
    extra: {
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: Math.min(500, options.statementTimeoutMs),
      idle_in_transaction_session_timeout: 10_000,
      connectionTimeoutMillis: options.statementTimeoutMs,
      verify: (client: ClientBase, done: () => void) => {
        outliveItsEnd(client);
        silence?.watch(client);
        done();
      },
    },
  };
}

/**
 * Of each new connection. The pool listens for errors while it has one, and TypeORM begins to a moment
 * after it was given one: a connection that Postgres ends in between must not end the process. Its next query fails.
 */
function outliveItsEnd(client: ClientBase): void {
  client.on('error', () => undefined);
}
