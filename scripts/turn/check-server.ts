import { turnCredentials } from '../../src/signaling/turn-credentials.js';
import type { TurnCredentials } from '../../src/signaling/turn-credentials.js';
import type { IceUrl } from './ice-url.js';
import { FORBIDDEN_PEERS, PUBLIC_PEERS } from './peer-addresses.js';
import { addressIn, Answer, Family, TurnClient } from './turn-client.js';

/** One thing that was looked at: whether it is as it should be, in a sentence. `skipped`: it could not be looked at. */
export interface Finding {
  result: 'ok' | 'wrong' | 'skipped';
  text: string;
}

export interface TurnSecret {
  secret: string;
  ttlS: number;
}

const HOUR_MS = 3_600_000;
const HOLDER = 'turn-check';
const found = (result: Finding['result'], text: string): Finding => ({ result, text });

export async function checkStun(url: IceUrl): Promise<Finding[]> {
  if (url.transport === 'dtls') return [found('skipped', 'is reached over DTLS, which this command does not speak')];
  return [
    await orWrong('does not answer', () =>
      withClient(url, async (client) => found('ok', `answers, and sees this machine as ${await client.bind()}`)),
    ),
  ];
}

/** Whether it lets in those whom Parley sends, nobody else, and nobody to where they must not get. */
export async function checkTurn(url: IceUrl, { secret, ttlS }: TurnSecret): Promise<Finding[]> {
  if (url.transport === 'dtls') return [found('skipped', 'is reached over DTLS, which this command does not speak')];
  const good = turnCredentials(secret, new Date(Date.now() + ttlS * 1000), HOLDER);
  const open = await orWrong('does not answer', () => withClient(url, checkStranger));
  if (open.text.startsWith('does not answer')) return [open];
  const steps: [failure: string, step: () => Promise<Finding>][] = [
    ['cannot be asked with a credential', () => withClient(url, (client) => checkAllocation(client, good))],
    ['cannot be asked with a wrong credential', () => checkBadCredentials(url, secret)],
    ['cannot be asked for IPv4 relays', () => withClient(url, (client) => checkPeers(client, good, 'IPv4'))],
    ['cannot be asked for IPv6 relays', () => withClient(url, (client) => checkPeers(client, good, 'IPv6'))],
  ];
  const findings = [open];
  for (const [failure, step] of steps) findings.push(await orWrong(failure, step));
  return findings;
}

async function checkStranger(client: TurnClient): Promise<Finding> {
  const answer = await client.allocate();
  return answer.ok
    ? found('wrong', 'relays for anybody: it asks for no credential (coturn: use-auth-secret, and no no-auth)')
    : answer.code === 401
      ? found('ok', 'answers, and relays for nobody without a credential')
      : found('wrong', `answers ${refusal(answer)} to who has no credential, in place of 401`);
}

async function checkAllocation(client: TurnClient, credentials: TurnCredentials): Promise<Finding> {
  const answer = await client.allocate(credentials);
  if (answer.ok)
    return found(
      'ok',
      `takes a credential of TURN_SECRET, and relays from ${addressIn(answer.message, 'XOR-RELAYED-ADDRESS')}`,
    );
  return answer.code === 401
    ? found(
        'wrong',
        'refuses a credential of TURN_SECRET: its own secret is another one (coturn: static-auth-secret), or its clock is wrong',
      )
    : found('wrong', `gives no relay: ${refusal(answer)}`);
}

async function checkBadCredentials(url: IceUrl, secret: string): Promise<Finding> {
  const bad: [what: string, TurnCredentials][] = [
    ['of another secret', turnCredentials(`${secret}.`, new Date(Date.now() + HOUR_MS), HOLDER)],
    ['that has expired', turnCredentials(secret, new Date(Date.now() - HOUR_MS), HOLDER)],
  ];
  for (const [what, credentials] of bad) {
    const answer = await withClient(url, (client) => client.allocate(credentials));
    if (answer.ok) return found('wrong', `takes a credential ${what}`);
  }
  return found('ok', `refuses credentials ${bad.map(([what]) => what).join(', or ')}`);
}

/** A relay must not be a way into the networks behind the server. Nothing is sent to any of these addresses. */
async function checkPeers(client: TurnClient, credentials: TurnCredentials, family: Family): Promise<Finding> {
  const allocation = await client.allocate(credentials, family);
  if (!allocation.ok) return found('skipped', `gives no ${family} relays (${refusal(allocation)})`);
  const reached: string[] = [];
  for (const { address, what } of FORBIDDEN_PEERS[family])
    if ((await client.permit(address)).ok) reached.push(`${address} (${what})`);
  if (reached.length > 0)
    return found(
      'wrong',
      `relays to addresses that nobody outside should reach: ${reached.join(', ')} (coturn: denied-peer-ip, docker/coturn.conf)`,
    );
  const open = await client.permit(PUBLIC_PEERS[family]);
  return open.ok
    ? found(
        'ok',
        `relays over ${family} to public addresses, and to none of ${FORBIDDEN_PEERS[family].length} private or local ones`,
      )
    : found('wrong', `relays over ${family} to nobody, not even to ${PUBLIC_PEERS[family]}: ${refusal(open)}`);
}

function refusal(answer: Exclude<Answer, { ok: true }>): string {
  return `${answer.code} ${answer.reason.trim()}`;
}

async function withClient<T>(url: IceUrl, use: (client: TurnClient) => Promise<T>): Promise<T> {
  const client = await TurnClient.open(url);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

async function orWrong(failure: string, step: () => Promise<Finding>): Promise<Finding> {
  try {
    return await step();
  } catch (error) {
    return found('wrong', `${failure}: ${(error as Error).message}`);
  }
}
