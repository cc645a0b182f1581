import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiResponse } from '../support/api-client.js';
import { EdgeModule, FAILING_LAYERS, INNER_SECRET } from '../support/edge-module.js';
import { eventually } from '../support/eventually.js';
import { rawHttp } from '../support/raw-http.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const ID = '0198C0DE-7B1A-7C3E-9F2A-1B2C3D4E5F60';
const UUID = /^[0-9a-f-]{36}$/;

let server: TestApp;

beforeAll(async () => {
  server = await startTestApp({ extraModules: [EdgeModule] });
});
afterAll(() => server.close());

const post = (body: unknown, headers: Record<string, string> = {}) => server.api.post('/edge', body, { headers });

function expectProblem(answer: ApiResponse, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: `urn:parley:problem:${code}`,
    title: expect.any(String) as string,
    status,
    detail: expect.any(String) as string,
    code,
    request_id: answer.headers.get('x-request-id'),
  });
  expect(answer.status).toBe(status);
}

function expectParserProblem(answer: string, status: number, code: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
  expect(head).toMatch(/^Connection: close$/m);
  expect(head).toContain(`Content-Length: ${body.length}`);
  const headers = new Headers([...head.matchAll(/^(.+?): (.+)$/gm)].map(([, name, value]) => [name!, value!.trim()]));
  const parsed = JSON.parse(body) as Record<string, unknown>;
  expectProblem({ status, headers, body: parsed }, status, code);
  if (code === 'validation_failed')
    expect(parsed['errors']).toEqual([{ field: 'request', problems: [expect.any(String)] }]);
}

describe('REST errors are problem details (8, RFC 9457)', () => {
  it('names each field that is not valid, a nested one by its path', async () => {
    const answer = await post({ name: 7, inner: { text: 'x' } });
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toEqual([
      { field: 'name', problems: ['name must be a string'] },
      { field: 'inner.text', problems: ['text must be longer than or equal to 3 characters'] },
    ]);
  });

  it('ignores fields that are not listed (1)', async () => {
    expect(await post({ name: 'x', other: { deep: [1] }, inner: { text: 'abc', more: 1 } })).toMatchObject({
      status: 201,
      body: { name: 'x', inner: { text: 'abc' } },
    });
    expect((await post({ name: 'x', other: 1 })).body).toEqual({ name: 'x' });
  });

  it('takes a missing body for an empty one', async () => {
    const answer = await server.api.send('POST', '/edge');
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toEqual([{ field: 'name', problems: ['name must be a string'] }]);
  });

  it.each(['{"name":"pass-word', '{"name":1e}', '"text"', '7', 'null', '[{"name":"x"}]', '\u0000', '{"a":1}{"b":2}'])(
    'answers the body %j with bad_json, and does not quote it',
    async (body) => {
      const answer = await post(body);
      expectProblem(answer, 400, 'bad_json');
      expect(JSON.stringify(answer.body)).not.toContain('pass-word');
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'answers a body of %s with 415',
    async (type) => {
      const answer = await post('name=x', { 'content-type': type });
      expectProblem(answer, 415, 'validation_failed');
      expect(answer.body.errors).toEqual([{ field: 'Content-Type', problems: ['must be application/json, in UTF-8'] }]);
    },
  );

  it('answers a charset or an encoding that it does not read with 415', async () => {
    for (const [header, value] of [
      ['Content-Type', 'application/json; charset=x-nope'],
      ['Content-Encoding', 'x-nope'],
    ] as const) {
      const answer = await post({ name: 'x' }, { [header.toLowerCase()]: value });
      expectProblem(answer, 415, 'validation_failed');
      expect(answer.body.errors).toMatchObject([{ field: header }]);
    }
  });

  it('answers an id that is no UUID with the name of the parameter, and takes either case', async () => {
    const answer = await server.api.get('/edge/things/7');
    expectProblem(answer, 400, 'validation_failed');
    expect(answer.body.errors).toEqual([{ field: 'thing_id', problems: ['must be a UUID'] }]);
    expect((await server.api.get(`/edge/things/${ID}`)).body).toEqual({ id: ID.toLowerCase() });
  });

  it('answers a missing or bad token with 401, and says what kind it wants', async () => {
    const missing = await server.api.get('/users/me');
    expectProblem(missing, 401, 'auth_required');
    const bad = await server.api.get('/users/me', { token: 'secret-but-wrong' });
    expectProblem(bad, 401, 'invalid_token');
    expect(JSON.stringify(bad.body)).not.toContain('secret-but-wrong');
    for (const { headers } of [missing, bad]) expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('says how long to wait, in the body and as Retry-After', async () => {
    const answer = await server.api.get('/edge/busy');
    expectProblem(answer, 503, 'unavailable');
    expect([answer.body.retry_after_ms, answer.headers.get('retry-after')]).toEqual([1500, '2']);
  });

  it.each([
    ['GET', '/nothing/here?token=abc'],
    ['DELETE', '/edge'],
    ['TRACE', '/edge'],
    ['GET', '/edge/'.padEnd(4000, 'x')],
  ])('answers %s on an unknown route with 404, and does not quote it', async (method, path) => {
    // fetch refuses to send TRACE.
    const answer = await rawHttp(server.url, `${method} /api${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/"code":"not_found"/);
    expect(answer).not.toMatch(/token|xxxx/);
  });

  it('answers outside /api in the same shape', async () => {
    const answer = await fetch(`${server.url}/nothing`);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('answers a path that is no UTF-8 with 400', async () => {
    for (const path of ['/edge/things/%ff', '/edge/things/%', '/edge/things/%zz']) {
      const answer = await server.api.get(path);
      expectProblem(answer, 400, 'validation_failed');
      expect(answer.body.errors).toEqual([{ field: 'path', problems: ['must have percent-escapes of UTF-8'] }]);
    }
  });

  it('answers HEAD like GET, without a body', async () => {
    const found = await server.api.send('HEAD', '/edge');
    expect([found.status, found.body]).toEqual([200, undefined]);
    const missing = await server.api.send('HEAD', '/nothing');
    expect([missing.status, missing.body]).toEqual([404, undefined]);
  });

  it('cuts the connection when an answer fails half way, so that nobody takes it for whole', async () => {
    await expect(fetch(`${server.url}/api/fail/half`).then((answer) => answer.text())).rejects.toThrow();
  });
});

describe('lists page by limit and cursor (8)', () => {
  it('takes 50 for no limit, and numbers from 1 to 100', async () => {
    expect((await server.api.get('/edge')).body).toEqual({ limit: 50 });
    expect((await server.api.get('/edge?limit=100&cursor=abc')).body).toEqual({ limit: 100, cursor: 'abc' });
  });

  it.each(['limit=0', 'limit=101', 'limit=1.5', 'limit=x', 'limit=', 'limit=1&limit=2', 'cursor=a&cursor=b'])(
    'refuses ?%s (N2)',
    async (query) => {
      expectProblem(await server.api.get(`/edge?${query}`), 400, 'validation_failed');
    },
  );

  it.each(['limit[]=1', 'limit[$ne]=1', 'cursor[a]=1', '__proto__[polluted]=1', 'constructor[prototype][polluted]=1'])(
    'takes ?%s for a field that is not listed (N2)',
    async (query) => {
      expect((await server.api.get(`/edge?${query}`)).body).toEqual({ limit: 50 });
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );
});

describe('hostile JSON (N3, N4)', () => {
  const nested = (depth: number) => `{"name":"x","data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
  const wide = (keys: number) =>
    `{"name":"x","data":{${Array.from({ length: keys }, (_, index) => `"k${index.toString(36)}":0`).join()}}}`;

  it.each([
    ['32 levels', nested(31), 201],
    ['33 levels', nested(32), 400],
    ['5,000 levels', nested(5000), 400],
    ['32,000 levels', nested(32_000), 400],
    ['32,000 levels of arrays', `{"name":"x","data":{"a":${'['.repeat(32_000)}${']'.repeat(32_000)}}}`, 400],
    ['256 keys', wide(256), 201],
    ['257 keys', wide(257), 400],
    ['20,000 keys', wide(20_000), 400],
  ])('answers %s as the limits say', async (_, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    if (status === 400) expectProblem(answer, 400, 'bad_json');
  });

  it.each([
    ['100,000 keys', wide(100_000)],
    ['a number of 10 MB', `{"name":${'9'.repeat(10_000_000)}}`],
    ['a text one byte too long', JSON.stringify({ name: 'x'.repeat(256 * 1024 - 10) })],
  ])('answers %s with too_large', async (_, body) => {
    expectProblem(await post(body), 413, 'too_large');
  });

  it('answers a compressed bomb with too_large', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(10_000_000) }));
    const answer = await fetch(`${server.url}/api/edge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'too_large']);
  });

  it('takes a body of exactly 256 KiB', async () => {
    expect((await post(JSON.stringify({ name: 'x'.repeat(256 * 1024 - 11) }))).status).toBe(201);
  });

  it.each(['1e400', '-1e400'])('refuses the number %s, which no double holds', async (number) => {
    expectProblem(await post(`{"name":"x","data":{"n":${number}}}`), 400, 'bad_json');
  });

  it.each(['-0', '9007199254740993'])('reads the number %s as JSON does', async (number) => {
    expect((await post(`{"name":"x","data":{"n":${number}}}`)).status).toBe(201);
    expectProblem(await post(`{"name":${number}}`), 400, 'validation_failed');
  });

  it('takes the last of a doubled key', async () => {
    expect((await post('{"name":"first","name":"last"}')).body).toEqual({ name: 'last' });
  });

  it.each([
    '{"name":"x","__proto__":{"polluted":1}}',
    '{"name":"x","constructor":{"prototype":{"polluted":1}}}',
    '{"name":"x","inner":{"text":"abc","__proto__":{"polluted":1}}}',
    '{"name":"x","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
    '{"name":"x","toString":1,"hasOwnProperty":1,"valueOf":{}}',
  ])('lets %s harm nothing', async (body) => {
    const answer = await post(body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ name: 'x' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await post({ name: 'y' })).body).toEqual({ name: 'y' });
  });

  it('takes __proto__ in place of a required field for a missing field', async () => {
    expectProblem(await post('{"__proto__":{"name":"x"}}'), 400, 'validation_failed');
  });
});

describe('our own faults (N9)', () => {
  it.each(FAILING_LAYERS)('tells nothing of a failure in: %s', async (layer) => {
    const answer = await server.api.get(`/fail/${layer}?x=1`);
    expectProblem(answer, 500, 'internal');
    expect(answer.body.error_id).toMatch(UUID);
    const whole = JSON.stringify([answer.body, [...answer.headers]]);
    expect(whole).not.toContain(INNER_SECRET);
    expect(whole).not.toMatch(/select|column|\.ts|\.js|node_modules| at /i);
  });
});

describe('request ids', () => {
  it('keeps a sane one, and makes one otherwise', async () => {
    const idFor = async (id?: string) =>
      (await server.api.get('/nothing', { headers: id === undefined ? {} : { 'x-request-id': id } })).body.request_id;
    expect(await idFor('trace-7.a:b_c')).toBe('trace-7.a:b_c');
    expect(await idFor()).toMatch(UUID);
    for (const odd of ['a b', '{"x":1}', 'x'.repeat(129), '<script>']) expect(await idFor(odd)).toMatch(UUID);
  });
});

describe('the connection', () => {
  it('answers 2,000 headers with 431, and lives (W8)', async () => {
    const headers = Array.from({ length: 2000 }, (_, index) => `X-H${index}: ${index}\r\n`).join('');
    const request = `GET /ws/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`;
    expectParserProblem(await rawHttp(server.url, request), 431, 'too_large');
    expect((await server.api.get('/edge')).status).toBe(200);
  });

  it('answers what is no HTTP with 400, and lives', async () => {
    expectParserProblem(await rawHttp(server.url, 'NONSENSE\r\n\r\n'), 400, 'validation_failed');
    expect((await server.api.get('/edge')).status).toBe(200);
  });

  it('answers headers that do not end with 408 (8)', async () => {
    const slow = await startTestApp();
    try {
      const http = slow.app.getHttpServer();
      Object.assign(http, { headersTimeout: 100, requestTimeout: 100 });
      expectParserProblem(await rawHttp(slow.url, 'GET /api HTTP/1.1\r\nX-'), 408, 'validation_failed');
    } finally {
      await slow.close();
    }
  });

  it('gives one answer, and ends, when what is no HTTP follows a request', async () => {
    const answer = await rawHttp(server.url, 'GET /api/edge HTTP/1.1\r\nHost: x\r\n\r\nNONSENSE\r\n\r\n');
    expect(answer.match(/HTTP\/1\.1 \d+/g)?.length).toBe(1);
  });

  it('does not say what it is made of', async () => {
    const { headers } = await server.api.get('/edge');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('keeps answers of the API out of caches, and lets the documents in', async () => {
    const cacheControl = async (path: string) => (await server.api.get(path)).headers.get('cache-control');
    for (const path of ['/edge', '/users/me', '/nothing']) expect(await cacheControl(path)).toBe('no-store');
    for (const path of ['/docs', '/docs-json', '/docs/ws']) expect(await cacheControl(path)).not.toBe('no-store');
  });

  it('ends a body that trickles in after 30 s, with 408 (U3)', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    try {
      const before = vi.getTimerCount();
      const headers = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 100';
      const answer = rawHttp(server.url, `POST /api/edge HTTP/1.1\r\n${headers}\r\n\r\n{`);
      await eventually(() => vi.getTimerCount() > before);
      vi.advanceTimersByTime(36_000);
      expectParserProblem(await answer, 408, 'validation_failed');
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives a client 10 s for its headers, and time for its body by what has come of it', () => {
    expect(server.app.getHttpServer()).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 0,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
    });
  });
});

describe('CORS (9)', () => {
  const preflight = (origin: string, app = server) =>
    app.api.send('OPTIONS', '/edge', undefined, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  it('lets any loopback origin call outside production, and says that the answer depends on the origin', async () => {
    const answer = await preflight('http://localhost:5173');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(answer.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const simple = await server.api.get('/edge', { headers: { origin: 'http://localhost:5173' } });
    expect(simple.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(simple.headers.get('vary')).toMatch(/Origin/);
  });

  it.each(['null', 'https://evil.example', 'http://localhost.evil', 'http://127.0.0.1.evil'])(
    'does not let %s call',
    async (origin) => {
      for (const answer of [await preflight(origin), await server.api.get('/edge', { headers: { origin } })]) {
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('vary')).toMatch(/Origin/);
      }
    },
  );

  it('lets only the listed origins call when there is a list', async () => {
    const listed = await startTestApp({ env: { CORS_ORIGINS: 'https://good.example' }, extraModules: [EdgeModule] });
    try {
      const allowed = async (origin: string) =>
        (await preflight(origin, listed)).headers.get('access-control-allow-origin');
      expect(await allowed('https://good.example')).toBe('https://good.example');
      for (const origin of ['https://good.example.evil', 'http://good.example', 'null', 'http://localhost:5173'])
        expect(await allowed(origin)).toBeNull();
    } finally {
      await listed.close();
    }
  });
});

describe('the limit per address', () => {
  // Pipelined on one connection, so that a slow machine too handles over 100 in a second.
  const flood = (app: TestApp): Promise<string> => {
    const requests = Array.from(
      { length: 400 },
      (_, index) => `GET /api/edge HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.${index % 250}\r\n`,
    );
    return rawHttp(app.url, `${requests.join('\r\n')}Connection: close\r\n\r\n`);
  };
  const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  it('answers 429 with the time to wait, and is not dodged with X-Forwarded-For (A16)', async () => {
    const limited = await startTestApp({ env: { RATE_LIMIT_DISABLED: '0' }, extraModules: [EdgeModule] });
    try {
      const answer = await flood(limited);
      expect(statuses(answer).slice(0, 100)).toEqual(Array(100).fill('200'));
      expect(statuses(answer)).toContain('429');
      expect(answer).toMatch(/HTTP\/1\.1 429 [^{]*\r\nRetry-After: 1\r\n/);
      expect(answer).toMatch(/"code":"rate_limited","retry_after_ms":\d+/);
    } finally {
      await limited.close();
    }
  });

  it('counts the clients behind a trusted proxy apart', async () => {
    const limited = await startTestApp({
      env: { RATE_LIMIT_DISABLED: '0', TRUST_PROXY: 'loopback' },
      extraModules: [EdgeModule],
    });
    try {
      expect(statuses(await flood(limited))).toEqual(Array(400).fill('200'));
    } finally {
      await limited.close();
    }
  });

  it('stops the process at start when TRUST_PROXY is wrong', async () => {
    await expect(startTestApp({ env: { TRUST_PROXY: 'everyone' } })).rejects.toThrow(/^TRUST_PROXY must be/);
  });
});
