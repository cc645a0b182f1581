// For an operator: do the STUN and TURN servers of the settings work, and are they safe? `npm run turn:check`.
import { existsSync } from 'node:fs';
import { OperatorError } from '../src/common/operator-error.js';
import { parseSettings, Settings } from '../src/config/settings.js';
import { checkStun, checkTurn, Finding } from './turn/check-server.js';
import { parseIceUrl } from './turn/ice-url.js';

const USAGE = `Usage: npm run turn:check

Asks every server of STUN_URLS and TURN_URLS (from the environment, or a file .env), as a client of Parley would:
whether it answers, relays for who has a credential made with TURN_SECRET, refuses everybody else, and relays to no
private or local address. Run it where clients are, outside the network of the servers. Nothing is sent to any peer.
In a container: node dist/scripts/turn-check.js.

Exit codes: 0 every server is as it should be, 1 one is not, 2 there is nothing to check, or a setting or an argument is
not valid.
`;
const NAMES = ['STUN_URLS', 'TURN_URLS', 'TURN_SECRET', 'TURN_TTL_S'] as const;
const MARKS: Record<Finding['result'], string> = { ok: 'ok   ', wrong: 'WRONG', skipped: '-    ' };

const [argument] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') {
  process.stdout.write(USAGE);
} else if (argument !== undefined) {
  refuse(`Unknown argument ${argument}; try --help.`);
} else {
  const settings = read();
  if (settings !== undefined) await check(settings);
}

async function check({ STUN_URLS, TURN_URLS, TURN_SECRET, TURN_TTL_S }: Settings): Promise<void> {
  let wrong = 0;
  for (const url of [...STUN_URLS, ...TURN_URLS]) {
    process.stdout.write(`${url}\n`);
    const server = parseIceUrl(url);
    const findings =
      server.kind === 'stun'
        ? await checkStun(server)
        : await checkTurn(server, { secret: TURN_SECRET, ttlS: TURN_TTL_S });
    for (const { result, text } of findings) process.stdout.write(`  ${MARKS[result]}  ${text}\n`);
    wrong += findings.filter(({ result }) => result === 'wrong').length;
  }
  process.stdout.write(wrong === 0 ? 'Every server is as it should be.\n' : `${wrong} of these things are wrong.\n`);
  if (wrong > 0) process.exitCode = 1;
}

/** These settings alone: whoever checks a TURN server need not have those of a node. */
function read(): Settings | undefined {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const settings = parseSettings(Object.fromEntries(NAMES.map((name) => [name, process.env[name]])));
    if (settings.STUN_URLS.length + settings.TURN_URLS.length > 0) return settings;
    refuse('Neither STUN_URLS nor TURN_URLS is set: there is nothing to check.');
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    refuse(error.message);
  }
  return undefined;
}

function refuse(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 2;
}
