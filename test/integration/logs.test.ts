import { Controller, Get, Logger, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Public } from '../../src/infra/http/public.decorator.js';
import { EdgeModule, INNER_SECRET } from '../support/edge-module.js';
import { startTestApp, TestApp } from '../support/test-app.js';

interface LogLine extends Record<string, unknown> {
  level: string;
  msg: string;
}

const SECRET = 'do-not-log-me';

@Public()
@Controller('careless')
class CarelessController {
  private readonly logger = new Logger(CarelessController.name);

  @Get()
  logEverything(): object {
    this.logger.log({
      msg: 'careless',
      token: SECRET,
      ticket: SECRET,
      body: { password: SECRET, access_token: SECRET, refresh_token: SECRET },
      request: { headers: { authorization: SECRET, cookie: SECRET, 'sec-websocket-protocol': SECRET } },
    });
    return {};
  }
}

@Module({ controllers: [CarelessController] })
class CarelessModule {}

let server: TestApp;
const lines: string[] = [];
const logged = (msg: string): LogLine[] =>
  lines.map((line) => JSON.parse(line) as LogLine).filter((line) => line.msg === msg);

beforeAll(async () => {
  server = await startTestApp({
    env: { LOG_LEVEL: 'trace' },
    extraModules: [EdgeModule, CarelessModule],
    logDestination: { write: (line) => lines.push(line) },
  });
});
afterAll(() => server.close());

describe('the log (A13)', () => {
  it('has one line for a request, with its route, and nothing of its query, headers or body', async () => {
    const { body } = await server.api.send(
      'POST',
      `/edge?ticket=${SECRET}&token=${SECRET}`,
      { name: SECRET },
      {
        token: SECRET,
        headers: { cookie: SECRET, 'sec-websocket-protocol': `bearer, ${SECRET}`, 'x-request-id': 'one-line' },
      },
    );
    expect(body).toEqual({ name: SECRET });
    await server.api.get(`/edge/things/${SECRET}`);
    await server.api.get(`/nothing/${SECRET}?token=${SECRET}`);
    await server.api.send('POST', '/edge', `{"name":"${SECRET}`);
    expect(logged('request').filter(({ request_id }) => request_id === 'one-line')).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        request_id: 'one-line',
        method: 'POST',
        route: '/api/edge',
        status: 201,
        ms: expect.any(Number) as number,
        msg: 'request',
      },
    ]);
    expect(logged('request').map(({ route }) => route)).toContain('/api/edge/things/:thing_id');
    expect(lines.join('')).not.toContain(SECRET);
  });

  it('masks what looks like a secret when somebody logs a whole object', async () => {
    await server.api.get('/careless');
    expect(logged('careless')).toMatchObject([{ context: 'CarelessController', token: '[Redacted]' }]);
    expect(lines.join('')).not.toContain(SECRET);
  });

  it('has the whole fault under the error_id that the client got, but not the parameters of a statement', async () => {
    const { body } = await server.api.get('/fail/sql');
    const [line] = logged('request failed').filter(({ error_id }) => error_id === body.error_id);
    expect(line).toMatchObject({ level: 'error', request_id: body.request_id, err: { type: 'QueryFailedError' } });
    expect((line!['err'] as { message: string }).message).toMatch(/no_such_column/);
    expect((line!['err'] as { stack: string }).stack).toMatch(/FailingController/);
    expect(lines.join('')).not.toContain(INNER_SECRET);
  });

  it('says nothing of health checks at info', async () => {
    await fetch(`${server.url}/health/live`);
    expect(logged('request').filter(({ route }) => route === '/health/live')).toMatchObject([{ level: 'debug' }]);
  });

  it('writes no line for a refusal but that of the request', async () => {
    const before = lines.length;
    await server.api.get('/nothing');
    expect(lines.slice(before).map((line) => (JSON.parse(line) as LogLine).msg)).toEqual(['request']);
  });
});
