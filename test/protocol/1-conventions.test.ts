import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoApp, startEchoApp } from '../support/echo-app.js';
import { SocketClient } from '../support/socket-client.js';

let echo: EchoApp;
beforeAll(async () => {
  echo = await startEchoApp();
});
afterAll(() => echo.close());

const connect = async (user = 'alice') => {
  const client = await SocketClient.connect(`${echo.wsUrl}/ws/echo/1?token=${user}`);
  await client.next('connected');
  return client;
};

describe('conventions of the raw gateways (1)', () => {
  it('answers a command with its ref', async () => {
    const alice = await connect();
    alice.send({ type: 'echo', n: 1, ref: 'r1' });
    expect(await alice.next()).toEqual({ type: 'echoed', n: 1, user: 'alice', fields: ['n'], ref: 'r1' });
  });

  it('answers five frames sent at once in the order sent, one at a time', async () => {
    const alice = await connect();
    for (const n of [40, 30, 20, 10, 0]) alice.send({ type: 'later', n });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await alice.next('echoed'))['n']);
    expect(answers).toEqual([40, 30, 20, 10, 0]);
  });

  it('names the wrong fields of a command, and the connection stays', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'echo', n: 'x' })).toMatchObject({
      type: 'error',
      code: 'validation_failed',
      details: [{ field: 'n', problems: [expect.any(String)] }],
    });
    expect(await alice.request({ type: 'echo', n: 2 })).toMatchObject({ type: 'echoed', n: 2 });
  });

  it('gives an ack to a command with a ref and no typed reply, and nothing to one without', async () => {
    const alice = await connect();
    expect(await alice.request({ type: 'quiet' })).toMatchObject({ type: 'ack' });
    alice.send({ type: 'quiet' });
    expect(await alice.untilMarker()).toEqual([]);
  });

  it('answers 404 at the upgrade of a path that no gateway serves', async () => {
    await expect(SocketClient.connect(`${echo.wsUrl}/ws/nothing/here/at/all`)).rejects.toThrow('HTTP 404');
  });
});
