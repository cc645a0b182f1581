// For an operator who has restored a dump in place: `npm run epoch:new`. In a container: node dist/scripts/new-epoch.js.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { OperatorError } from '../src/common/operator-error.js';
import { loadSettings } from '../src/config/load-settings.js';
import { changeEpoch } from '../src/conversations/change-epoch.js';
import { openDatabase } from '../src/infra/database/open-database.js';
import { ProcessLifetime } from '../src/infra/process/process-lifetime.js';

const USAGE = `Usage: npm run epoch:new

Names the history of the logs anew, after a dump was restored in place. Clients that come back with a position of the
old history are told to load anew, whatever numbers the restored logs have reached. Messages are not touched.

The database is the one of DATABASE_URL, also while servers run on it: they notice within seconds and send their clients
away to come back. With an empty DATABASE_URL it is the embedded one under DATA_DIR; stop its server first.

Exit codes: 0 done, 1 not done (the reason is on standard error), 2 an argument that is not known.
`;
const STOP_MS = 10_000;

const [argument] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') {
  process.stdout.write(USAGE);
} else if (argument !== undefined) {
  process.stderr.write(`Unknown argument ${argument}; try --help.\n`);
  process.exitCode = 2;
} else {
  // Standard output is for the answer.
  Logger.overrideLogger(['fatal', 'error']);
  const lifetime = new ProcessLifetime(STOP_MS);
  lifetime.run(() => run(lifetime), sayWhy);
}

async function run(lifetime: ProcessLifetime): Promise<void> {
  const settings = loadSettings();
  const folder = path.join(settings.DATA_DIR, 'postgres');
  if (settings.DATABASE_URL === '' && !existsSync(folder))
    throw new OperatorError(`There is no database in ${folder}: set DATABASE_URL, or DATA_DIR to the server's.`);
  const database = await openDatabase(settings);
  lifetime.onStop(() => database.stop());
  const { before, after } = await changeEpoch(database.url);
  process.stdout.write(`Old epoch: ${before}\nNew epoch: ${after}\nClients with positions of the old one load anew.\n`);
  lifetime.end(0);
}

function sayWhy(error: unknown): void {
  const reason = error instanceof OperatorError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`The epoch has not been changed.\n${reason}\n`);
}
