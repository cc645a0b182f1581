// Several nodes of one Parley on this machine: `npm run cluster -- --help`.
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { makeFolder } from '../src/common/make-folder.js';
import { OperatorError } from '../src/common/operator-error.js';
import { loadSettings } from '../src/config/load-settings.js';
import { openDatabase } from '../src/infra/database/open-database.js';
import { ProcessLifetime } from '../src/infra/process/process-lifetime.js';
import { describeStartFailure } from '../src/infra/process/start-failure.js';
import { NodeProcess } from './cluster/node-process.js';
import { readOptions, USAGE } from './cluster/options.js';
import type { ClusterOptions } from './cluster/options.js';
import { startRedis } from './cluster/redis-process.js';
import { StartedProcesses } from './cluster/started-processes.js';
import { whenParentEnds } from './processes/when-parent-ends.js';

/** What Postgres and Redis may take to stop, after the nodes. */
const SERVERS_STOP_MS = 10_000;
/** As after a SIGHUP. */
const ENDED_WITH_PARENT = 129;

const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  process.stdout.write(USAGE);
} else if ('problem' in options) {
  process.stderr.write(`${options.problem}\nTry --help.\n`);
  process.exitCode = 2;
} else {
  run(options);
}

function run(wanted: ClusterOptions): void {
  // Standard output is for what is started and where.
  Logger.overrideLogger(['fatal', 'error']);
  process.env['DATA_DIR'] ??= './.data/cluster';
  const stopMs = Number(process.env['SHUTDOWN_TIMEOUT_MS'] ?? 10_000) + SERVERS_STOP_MS;
  const lifetime = new ProcessLifetime(stopMs);
  whenParentEnds(() => {
    lifetime.end(ENDED_WITH_PARENT);
  });
  lifetime.run(
    () => start(wanted, lifetime),
    (error) => {
      const reason = error instanceof OperatorError ? error.message : describeStartFailure(error);
      process.stderr.write(`The cluster cannot start.\n${reason}\n`);
    },
  );
}

async function start({ nodes, port }: ClusterOptions, lifetime: ProcessLifetime): Promise<void> {
  const { DATABASE_URL, DATABASE_POOL_SIZE, DATA_DIR } = loadSettings();
  const folder = path.resolve(DATA_DIR);
  const processes = new StartedProcesses();
  const REDIS_URL = await redisUrl(folder, processes, lifetime);
  const database = await openDatabase({ DATABASE_URL, DATA_DIR, DATABASE_POOL_SIZE: DATABASE_POOL_SIZE * nodes });
  lifetime.onStop(() => database.stop());
  processes.add(database, 'SIGINT');
  const shared = { DATABASE_URL: database.url, REDIS_URL, DATA_DIR: folder };
  say(`Postgres  ${DATABASE_URL === '' ? `private, in ${folder}/postgres` : 'the one of DATABASE_URL'}`);
  say(`Redis     ${REDIS_URL}`);
  const started = Array.from({ length: nodes }, (_, i) => {
    const own = { PORT: String(port === 0 ? 0 : port + i) };
    const node = new NodeProcess(`Node ${i + 1}`, path.join(folder, `node-${i + 1}.log`), { ...shared, ...own });
    processes.add(node, 'SIGKILL');
    return node;
  });
  lifetime.onStop(async () => {
    say('Stopping: clients are told to come back, and requests under way are finished.');
    await Promise.all(started.map((node) => node.stop()));
  });
  for (const node of started)
    say(`${node.name}    ${await node.listening()}   process ${node.pid ?? 0}, log ${node.logFile}`);
  say('Ctrl-C stops all of them.');
  watch(started, lifetime);
}

async function redisUrl(folder: string, processes: StartedProcesses, lifetime: ProcessLifetime): Promise<string> {
  const given = process.env['REDIS_URL'];
  if (given) return given;
  makeFolder(folder);
  const redis = await startRedis(folder, processes);
  lifetime.onStop(() => redis.stop());
  return redis.url;
}

/** Says when one dies; without any, there is nothing left to run for. */
function watch(nodes: readonly NodeProcess[], lifetime: ProcessLifetime): void {
  let alive = nodes.length;
  for (const { name, exited, logFile } of nodes)
    void exited.then((how) => {
      alive--;
      if (lifetime.ending) return;
      say(`${name} has ended: ${how}. Its log is ${logFile}; ${alive} still run.`);
      if (alive === 0) lifetime.end(1);
    });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
