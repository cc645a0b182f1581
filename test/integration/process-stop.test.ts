import { randomUUID } from 'node:crypto';
import { Agent, get, request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerAccount } from '../support/accounts.js';
import { eventually } from '../support/eventually.js';
import { RawPeer } from '../support/raw-peer.js';
import { ServerProcess } from '../support/server-process.js';
import { createTestDatabase, TestDatabase } from '../support/test-database.js';

const WRITERS = 40;

describe('a stop of the program, and its HTTP connections (9)', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await server.stop();
    await database.drop();
  });

  const start = async (env: Record<string, string> = {}) => {
    const secret = { JWT_SECRET: 'for-this-test-alone-'.repeat(2) };
    server = new ServerProcess({ env: { DATABASE_URL: database.url, ...secret, ...env } });
    await server.listening();
  };

  /** SIGTERM, and how many milliseconds until the exit. */
  const terminate = async () => {
    const begin = performance.now();
    return { exit: await server.kill('SIGTERM'), ms: performance.now() - begin };
  };

  it('answers every request of busy clients, and exits with 0 at once', async () => {
    await start();
    const { token } = await registerAccount(server.api);
    const as = { token };
    const group = await server.api.post('/groups', { name: 'Busy' }, as);
    const channel = await server.api.post(`/groups/${group.body.id}/channels`, { name: 'busy' }, as);
    const writers = Array.from(
      { length: WRITERS },
      () => new Writer(`${server.url}/api/channels/${channel.body.id}`, token),
    );
    const ends = writers.map((writer) => writer.run());
    await eventually(() => writers.every(({ statuses }) => statuses.length > 20), 20_000);

    const { exit, ms } = await terminate();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(3000);
    // Not one was cut: each writer ended because it could not open a new connection.
    expect(await Promise.all(ends)).toEqual(Array(WRITERS).fill('ECONNREFUSED'));
    for (const { statuses, connections } of writers) {
      expect(new Set(statuses)).toEqual(new Set([201]));
      expect(connections[0]).toBe('keep-alive');
      expect(connections.at(-1)).toBe('close');
    }
  });

  it('answers 503 to the proxy that asks whether it is ready, and to new sockets, and all else as ever, until clients have gone', async () => {
    await start();
    const { token } = await registerAccount(server.api);
    const port = Number(new URL(server.url).port);
    const path = `/ws/channel/${randomUUID()}`;
    const stubborn = await RawPeer.upgrade(port, path);
    await eventually(() => stubborn.texts().some(({ type }) => type === 'auth_required'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) =>
      answerOf(`${server.url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } });
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });

    const ended = server.kill('SIGTERM');
    // It does not answer the close frame: that gives it, and us, a few seconds.
    expect(await stubborn.closeCode()).toBe(1012);
    const draining = [{ field: 'node', problems: ['draining: it is being stopped'] }];
    expect(await ask('/health/ready')).toMatchObject({ status: 503, body: { code: 'unavailable', errors: draining } });
    expect(await ask('/health/live')).toMatchObject({ status: 200 });
    expect(await ask('/api/users/me')).toMatchObject({ status: 200 });
    expect(await answerOf(`${server.url}/health/ready`)).toMatchObject({ status: 503 });
    const late = await RawPeer.upgrade(port, path);
    expect(await late.status()).toBe(503);
    agent.destroy();
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(server.output).not.toContain('took too long');
  });

  it.each([
    [
      'a body that trickles',
      'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
    ],
    ['headers that trickle', 'GET /api/users/me HTTP/1.1\r\nHost: x\r\nX-'],
    ['a connection on which nothing was said', ''],
  ])('waits for %s no longer than SHUTDOWN_TIMEOUT_MS', async (_, bytes) => {
    await start({ SHUTDOWN_TIMEOUT_MS: '1000' });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('error', () => undefined);
    const trickle = setInterval(() => socket.write(bytes && ' '), 100);
    await server.api.get('/users/me');
    try {
      const { exit, ms } = await terminate();
      expect(exit).toEqual({ code: 0, signal: null });
      expect(ms).toBeLessThan(4000);
    } finally {
      clearInterval(trickle);
      socket.destroy();
    }
  });
});

function answerOf(url: string, options: RequestOptions = {}): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    get(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode!, body: JSON.parse(text) as unknown });
      });
    }).once('error', reject);
  });
}

/** Writes messages one after the other, on a connection that it keeps. */
class Writer {
  readonly statuses: number[] = [];
  /** What each answer said in `Connection`. */
  readonly connections: (string | undefined)[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly channelUrl: string,
    private readonly token: string,
  ) {}

  /** Resolves with the code of the error that ended it. */
  async run(): Promise<string | undefined> {
    try {
      for (;;) await this.write();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    } finally {
      this.agent.destroy();
    }
  }

  private write(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.token}` };
      const outgoing = request(
        `${this.channelUrl}/messages`,
        { method: 'POST', agent: this.agent, headers },
        (answer) => {
          this.statuses.push(answer.statusCode!);
          this.connections.push(answer.headers.connection);
          answer.resume().once('end', resolve).once('error', reject);
        },
      );
      outgoing.once('error', reject);
      outgoing.end(JSON.stringify({ content: 'busy' }));
    });
  }
}
