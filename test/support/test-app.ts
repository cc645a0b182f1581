import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { DestinationStream } from 'pino';
import type { ExtraModule } from '../../src/app.module.js';
import { createApplication } from '../../src/app.setup.js';
import { parseSettings, Settings } from '../../src/config/settings.js';
import { ApiClient } from './api-client.js';
import { requireDocumentedNames } from './documented-names.js';
import { createTestDatabase } from './test-database.js';

export interface TestAppOptions {
  /** Settings that differ from the test's defaults, as environment variables. */
  env?: Record<string, string>;
  extraModules?: ExtraModule[];
  /** Where log lines go, for a test that reads them; set LOG_LEVEL too. */
  logDestination?: DestinationStream;
  /** Another node on the database of a running TestApp, which outlives this one. */
  databaseUrl?: string;
}

/** A whole node, listening on a free port of 127.0.0.1, with a database of its own. */
export interface TestApp {
  app: NestExpressApplication;
  url: string;
  wsUrl: string;
  databaseUrl: string;
  settings: Settings;
  api: ApiClient;
  /** One statement on the app's database, outside the app. */
  sql<Row extends object>(query: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export const TEST_ENVIRONMENT = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  RATE_LIMIT_DISABLED: '1',
  JWT_SECRET: 'a secret of the tests, long enough to sign',
  DATABASE_STATEMENT_TIMEOUT_MS: '10000',
};

export async function startTestApp({
  env = {},
  extraModules = [],
  logDestination,
  databaseUrl,
}: TestAppOptions = {}): Promise<TestApp> {
  const database = databaseUrl === undefined ? await createTestDatabase() : { url: databaseUrl, drop: nothing };
  const dataDir = path.join(tmpdir(), `parley-${path.basename(new URL(database.url).pathname)}`);
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  // Dropping the database cuts idle connections.
  pool.on('error', () => undefined);
  try {
    const settings = parseSettings({ ...TEST_ENVIRONMENT, DATA_DIR: dataDir, DATABASE_URL: database.url, ...env });
    const app = await createApplication({
      settings,
      databaseUrl: database.url,
      extraModules,
      ...(logDestination && { logDestination }),
    });
    await app.listen(settings.PORT, settings.HOST);
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return {
      app,
      url: `http://127.0.0.1:${port}`,
      wsUrl: `ws://127.0.0.1:${port}`,
      databaseUrl: database.url,
      settings,
      api: new ApiClient(`http://127.0.0.1:${port}`),
      sql: async <Row extends object>(query: string, params: unknown[] = []) =>
        (await pool.query<Row>(query, params)).rows,
      close: async () => {
        try {
          // Gateways of other teams need not be documented.
          if (extraModules.length === 0) requireDocumentedNames(app, String(port));
        } finally {
          await app.close();
          await cleanUp();
        }
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }

  async function cleanUp(): Promise<void> {
    await pool.end();
    await database.drop();
    if (databaseUrl === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

const nothing = () => Promise.resolve();
