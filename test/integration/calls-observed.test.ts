import { afterAll, beforeAll, expect, it } from 'vitest';
import { callPair, letRingExpire, ring, talk } from '../support/call-scene.js';
import { metricsOf } from '../support/metrics.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const SECRET = 'what they would send';

let app: TestApp;
const lines: string[] = [];
beforeAll(async () => {
  app = await startTestApp({ env: { LOG_LEVEL: 'debug' }, logDestination: { write: (line) => lines.push(line) } });
});
afterAll(() => app.close());

const stepsOf = (callId: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ call_id }) => call_id === callId);

it('each step of a call is one line of the log, with ids and without its media, and one count', async () => {
  const pair = await callPair(app);
  const { alice, bob, a, b } = pair;
  const ended = await talk(pair);
  await a.request({ type: 'call_end', call_id: ended });
  const missed = await ring(a, SECRET);
  await letRingExpire(app, missed);
  await b.next('call_missed');
  expect(await b.request({ type: 'call_accept', call_id: missed })).toMatchObject({ code: 'conflict' });

  const ids = { level: 'info', caller_id: alice.id, callee_id: bob.id, conversation_id: expect.any(String) };
  expect(stepsOf(ended)).toMatchObject(
    ['ringing', 'accepted', 'ended'].map((phase) => ({ msg: `call ${phase}`, ...ids })),
  );
  expect(stepsOf(missed)).toMatchObject(['ringing', 'missed'].map((phase) => ({ msg: `call ${phase}`, ...ids })));
  expect(lines.join('')).not.toContain(SECRET);
  const metrics = await metricsOf(app.url);
  const counts = ['ringing', 'accepted', 'ended', 'missed'].map((phase) =>
    metrics.get(`parley_calls_total{phase="${phase}"}`),
  );
  expect(counts).toEqual([2, 1, 1, 1]);
});
