import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawHttp } from '../support/raw-http.js';
import { Actor, register } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
beforeAll(async () => {
  app = await startTestApp();
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

/** One request, byte by byte as a client may write it. */
const put = async (target: string, body: string) => {
  const head = [
    `PUT ${target} HTTP/1.1`,
    `Host: ${new URL(app.url).host}`,
    `Authorization: Bearer ${alice.token}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  const answer = await rawHttp(app.url, `${head.join('\r\n')}\r\n\r\n${body}`);
  return { status: Number(answer.slice(9, 12)), text: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
};

describe('a live value that costs more than it is worth', () => {
  // Where the end of each quote is looked for anew, each of these stops the node for many seconds.
  it.each([
    ['escaped quotes in a string that never ends', `"${'\\"'.repeat(131_000)}`],
    ['such a string that ends in an escape', `"${'\\"'.repeat(131_000)}\\`],
    ['escapes alone', `"${'\\\\'.repeat(131_000)}`],
    ['brackets alone', '['.repeat(262_000)],
  ])('is refused before it costs anything: %s', async (_, value) => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => alice.api.put('/live/costly', value)));
    for (const { status, body } of answers) expect([status, body.code]).toEqual([400, 'bad_json']);
  });

  it('keeps quotes, brackets and escapes of a string that ends out of its depth', async () => {
    const value = JSON.stringify({ text: '[{"\\'.repeat(1000), deep: ['"', '\\', ']'] });
    expect((await alice.api.put('/live/quoted', value)).status).toBe(200);
    expect((await alice.api.get('/live/quoted')).body).toMatchObject({ data: JSON.parse(value) as object });
  });
});

describe('a live value whose path is written in another way', () => {
  it.each([
    ['in capitals', (topic: string) => `/API/Live/${topic}`],
    ['as a proxy writes it', (topic: string) => `${app.url}/api/live/${topic}`],
    ['with a slash at its end', (topic: string) => `/api/live/${topic}/`],
    ['with a query', (topic: string) => `/api/live/${topic}?a=/api`],
  ])('is the same route, with the same limits: %s', async (_, target) => {
    expect(await put(target('board'), '[1, 2]')).toMatchObject({ status: 200 });
    const { body } = await alice.api.get('/live/board');
    expect(body).toMatchObject({ data: [1, 2] });
  });
});
