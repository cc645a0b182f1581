import { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { MIGRATIONS } from '../migrations/index.js';
import { createApplication } from './app.setup.js';
import { settingsWithoutEffect } from './config/later-settings.js';
import { loadSettings } from './config/load-settings.js';
import { settingsTable } from './config/settings-table.js';
import { Settings } from './config/settings.js';
import { migrate } from './infra/database/migrate.js';
import { openDatabase } from './infra/database/open-database.js';
import { LogOutput } from './infra/observability/log-output.js';
import { createLogger } from './infra/observability/logger.js';
import { NestLogger } from './infra/observability/nest-logger.js';
import { answerCommandLine } from './infra/process/command-line.js';
import { ProcessLifetime } from './infra/process/process-lifetime.js';
import { describeStartFailure } from './infra/process/start-failure.js';

/** What a stop may take beyond SHUTDOWN_TIMEOUT_MS, which is for the connections: the database ends after them. */
const DATABASE_STOP_MS = 5000;

const answer = answerCommandLine(process.argv.slice(2), settingsTable());
if (answer) {
  (answer.exitCode === 0 ? process.stdout : process.stderr).write(answer.text);
  process.exitCode = answer.exitCode;
} else {
  main();
}

function main(): void {
  let settings: Settings;
  try {
    settings = loadSettings();
  } catch (error) {
    sayWhy(error);
    process.exitCode = 1;
    return;
  }
  const log = new LogOutput();
  Logger.overrideLogger(new NestLogger(createLogger(settings, log)));
  const lifetime = new ProcessLifetime(settings.SHUTDOWN_TIMEOUT_MS + DATABASE_STOP_MS, log);
  lifetime.run(() => start(settings, lifetime, log), sayWhy);
}

async function start(settings: Settings, lifetime: ProcessLifetime, logDestination: LogOutput): Promise<void> {
  const logger = new Logger('Parley');
  const unused = settingsWithoutEffect(process.env);
  if (unused.length > 0) logger.warn({ msg: 'these settings have no effect in this version', settings: unused });
  const database = await openDatabase(settings);
  lifetime.onStop(() => database.stop());
  void database.exited?.then((how) => {
    if (lifetime.ending) return;
    logger.fatal({ msg: 'the embedded Postgres has ended by itself', how });
    lifetime.end(1);
  });
  const log = (line: string) => {
    logger.log(line);
  };
  await migrate({ url: database.url, migrations: MIGRATIONS, log });
  const app = await createApplication({ settings, databaseUrl: database.url, logDestination });
  lifetime.onStop(() => app.close());
  await app.listen(settings.PORT, settings.HOST);
  const url = publicUrl((app.getHttpServer() as { address(): AddressInfo }).address());
  logger.log({ msg: `Listening on ${url}; documentation at ${url}/api/docs`, url });
}

function publicUrl({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function sayWhy(error: unknown): void {
  process.stderr.write(`Parley cannot start.\n${describeStartFailure(error)}\n`);
}
