import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIceUrl } from '../../scripts/turn/ice-url.js';
import { TurnClient } from '../../scripts/turn/turn-client.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { register } from '../support/scene.js';
import { ServerProcess } from '../support/server-process.js';
import { startTestApp } from '../support/test-app.js';
import { SHIPPED_CONFIG, TurnServer } from '../support/turn-server.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/scripts/turn-check.js');
const SECRET = 'north-by-northwest';
const shipped = readFileSync(SHIPPED_CONFIG, 'utf8');

async function check(env: Record<string, string>, args: string[] = []) {
  const program = new ServerProcess({ env, args, command: [process.execPath, PROGRAM] });
  const { code } = await program.exited;
  return { code, output: program.output };
}

/** Runs the check against a coturn with this configuration, which may be one without a secret. */
async function checkWith(config: string, secret?: string) {
  const server = await TurnServer.start({ config, ...(secret !== undefined && { secret }) });
  const result = await check({ TURN_URLS: `turn:127.0.0.1:${server.port}`, TURN_SECRET: SECRET });
  await server.stop();
  return result;
}

/** Of this type, to this request (RFC 8489, section 5). */
function answerTo(request: Buffer, type: number, attributes = Buffer.alloc(0)): Buffer {
  const head = Buffer.from(request.subarray(0, 20));
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(attributes.length, 2);
  return Buffer.concat([head, attributes]);
}

/** What answers on a port, and is no STUN server, or a broken one. */
async function fakeServer(answer: (request: Buffer) => Buffer) {
  const socket = createSocket('udp4');
  socket.on('message', (request, { port, address }) => {
    socket.send(answer(request), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { url: `stun:127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

describe('npm run turn:check, against coturn', { timeout: 60_000 }, () => {
  let coturn: TurnServer;
  beforeAll(async () => {
    coturn = await TurnServer.start({ secret: SECRET });
  });
  afterAll(() => coturn.stop());

  it('finds nothing wrong with the shipped configuration, over UDP and TCP, IPv4 and IPv6 (R6)', async () => {
    const { code, output } = await check({
      STUN_URLS: `stun:127.0.0.1:${coturn.port}`,
      TURN_URLS: `turn:127.0.0.1:${coturn.port}?transport=udp,turn:[::1]:${coturn.port}?transport=tcp`,
      TURN_SECRET: SECRET,
    });
    const verdicts = [
      /^ {2}ok {5}answers, and relays for nobody without a credential$/gm,
      /^ {2}ok {5}takes a credential of TURN_SECRET, and relays from \S+:\d+$/gm,
      /^ {2}ok {5}refuses credentials of another secret, or that has expired$/gm,
      /^ {2}ok {5}relays over IPv4 to public addresses, and to none of 10 private or local ones$/gm,
      /^ {2}ok {5}relays over IPv6 to public addresses, and to none of 14 private or local ones$/gm,
    ];
    expect(output).toMatch(/^ {2}ok {5}answers, and sees this machine as 127\.0\.0\.1:\d+$/m);
    for (const verdict of verdicts) expect(output.match(verdict), `${String(verdict)} in\n${output}`).toHaveLength(2);
    expect([code, output.split('\n').at(-2)]).toEqual([0, 'Every server is as it should be.']);
    expect(output).not.toContain(SECRET);
    expect(coturn.output).not.toMatch(/Bad configuration|Unknown|Wrong/);
  });

  it('finds a secret that is another one, and prints neither', async () => {
    const { code, output } = await check({ TURN_URLS: `turn:127.0.0.1:${coturn.port}`, TURN_SECRET: 'south' });
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('WRONG  refuses a credential of TURN_SECRET: its own secret'),
    ]);
    expect(output).not.toMatch(/south|north/);
  });

  it('finds a relay that leads into the networks behind it (R6)', async () => {
    const { code, output } = await checkWith(shipped.replace(/^denied-peer-ip=.*$/gm, ''), SECRET);
    expect(code).toBe(1);
    expect(output).toMatch(/WRONG {2}relays to addresses that nobody outside should reach: .*10\.0\.0\.1 \(private\)/);
    expect(output).toMatch(/169\.254\.169\.254 \(link-local, metadata of clouds\)/);
    expect(output).toMatch(/10\.0\.0\.1 mapped to IPv6/);
  });

  it('finds one that relays for anybody, and one that relays to nobody', async () => {
    const anybody = await checkWith(shipped.replace('use-auth-secret', 'no-auth'));
    expect([anybody.code, anybody.output]).toEqual([1, expect.stringContaining('WRONG  relays for anybody')]);
    // The trap that the shipped configuration names.
    const nobody = await checkWith(shipped.replace('=::1-::ffff:ffff', '=::-::ffff:ffff'), SECRET);
    expect([nobody.code, nobody.output]).toEqual([1, expect.stringContaining('WRONG  relays over IPv4 to nobody')]);
  });

  it('finds that nobody answers, whatever the transport', async () => {
    const port = await freePort();
    const urls = ['turn:127.0.0.1:@', 'turn:127.0.0.1:@?transport=tcp', 'turns:127.0.0.1:@'].join(',');
    const env = {
      STUN_URLS: `stun:127.0.0.1:${port}`,
      TURN_URLS: urls.replaceAll('@', String(port)),
      TURN_SECRET: SECRET,
    };
    const { code, output } = await check(env);
    expect([code, output.match(/WRONG {2}does not answer: /g)?.length]).toEqual([1, 4]);
  });

  it.each([
    ['an echo', (request: Buffer) => request, 'no answer within 5 s'],
    ['an error without a code', (request: Buffer) => answerTo(request, 0x0111), 'it refuses: 0 without a reason'],
    ['a success without an address', (request: Buffer) => answerTo(request, 0x0101), 'its answer names no address'],
  ])('takes %s for no STUN server', async (_, answer, reason) => {
    const server = await fakeServer(answer);
    const { code, output } = await check({ STUN_URLS: server.url });
    server.close();
    expect([code, output.split('\n')[1]]).toEqual([1, `  WRONG  does not answer: ${reason}`]);
  });

  it('says so when a server asks for a credential of no realm, and checks the next one', async () => {
    const noRealm = Buffer.from([0, 9, 0, 4, 0, 0, 4, 1]);
    const server = await fakeServer((request) => answerTo(request, 0x0113, noRealm));
    const turn = server.url.replace('stun', 'turn');
    const { code, output } = await check({ TURN_URLS: `${turn},${turn}`, TURN_SECRET: SECRET });
    server.close();
    const verdict = /^ {2}WRONG {2}cannot be asked with a credential: its 401 names no realm, or has no nonce$/gm;
    expect([code, output.match(verdict)?.length]).toEqual([1, 2]);
  });

  it('prints nothing but its findings where TLS goes to an address', async () => {
    const { output } = await check({ TURN_URLS: `turns:127.0.0.1:${await freePort()}`, TURN_SECRET: SECRET });
    expect(output.split('\n').slice(1, -2)).toEqual([expect.stringContaining('WRONG  does not answer: ')]);
  });

  it('says what it needs, and fails, where there is nothing to check', async () => {
    expect(await check({}, ['--help'])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Usage: npm run turn:check/),
    });
    expect(await check({}, ['now'])).toEqual({ code: 2, output: 'Unknown argument now; try --help.\n' });
    expect(await check({})).toEqual({
      code: 2,
      output: 'Neither STUN_URLS nor TURN_URLS is set: there is nothing to check.\n',
    });
    expect(await check({ TURN_URLS: 'turn:a.example' })).toEqual({
      code: 2,
      output: 'TURN_SECRET is required with TURN_URLS\n',
    });
  });

  it('coturn takes what GET /api/ice-servers gives, until it has expired, and nothing else (R5)', async () => {
    const url = `turn:127.0.0.1:${coturn.port}?transport=udp`;
    const app = await startTestApp({ env: { TURN_URLS: url, TURN_SECRET: SECRET, TURN_TTL_S: '2' } });
    const alice = await register(app, 'alice');
    const ask = async (query = '') => (await alice.api.get(`/ice-servers${query}`)).body.ice_servers[0];
    for (const given of [await ask(), await ask('?room_id=a:b')]) {
      expect(await allocation(url, given)).toBe('relayed');
      expect(await allocation(url, { ...given, username: given.username.replace(alice.id, 'mallory') })).toBe(401);
    }
    const late = await ask();
    // Until then it relays, or says 486: the user's quota is used up for a moment.
    await eventually(async () => (await allocation(url, late)) === 401);
    // Not one that was never good.
    expect(Number(late.username.split(':')[0]) * 1000).toBeLessThanOrEqual(Date.now());
    await app.close();
  });
});

/** Whether coturn relays for these credentials, or the code with which it refuses. */
async function allocation(
  url: string,
  credentials: { username: string; credential: string },
): Promise<'relayed' | number> {
  const client = await TurnClient.open(parseIceUrl(url));
  const answer = await client.allocate(credentials);
  await client.close();
  return answer.ok ? 'relayed' : answer.code;
}
