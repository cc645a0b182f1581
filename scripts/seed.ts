// For front-end teams, and whoever wants to see Parley with people in it: `npm run seed`.
import { Logger } from '@nestjs/common';
import { MIGRATIONS } from '../migrations/index.js';
import { OperatorError } from '../src/common/operator-error.js';
import { loadSettings } from '../src/config/load-settings.js';
import { migrate } from '../src/infra/database/migrate.js';
import { openDatabase } from '../src/infra/database/open-database.js';
import { ProcessLifetime } from '../src/infra/process/process-lifetime.js';
import { readOptions, SeedOptions, USAGE } from './seed/options.js';
import { Progress } from './seed/progress.js';
import { seedCommunity } from './seed/seed-community.js';

const STOP_MS = 10_000;

const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  process.stdout.write(USAGE);
} else if ('problem' in options) {
  process.stderr.write(`${options.problem} Try --help.\n`);
  process.exitCode = 2;
} else {
  // Standard output is for the answer, and the progress is on standard error.
  Logger.overrideLogger(['fatal', 'error']);
  const lifetime = new ProcessLifetime(STOP_MS);
  lifetime.run(() => run(options, lifetime), sayWhy);
}

async function run(wanted: SeedOptions, lifetime: ProcessLifetime): Promise<void> {
  const settings = loadSettings();
  if (settings.NODE_ENV === 'production')
    throw new OperatorError('NODE_ENV is production: everybody who is made here has the same, known password.');
  const database = await openDatabase(settings);
  lifetime.onStop(() => database.stop());
  await migrate({ url: database.url, migrations: MIGRATIONS });
  const progress = new Progress(process.stderr);
  process.stdout.write(
    await seedCommunity(database.url, wanted, progress).finally(() => {
      progress.stop();
    }),
  );
  lifetime.end(0);
}

function sayWhy(error: unknown): void {
  const reason = error instanceof OperatorError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`Nothing has been made.\n${reason}\n`);
}
