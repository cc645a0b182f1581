import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callEventsOf, callPair, callsInLog, MEDIA, ring, talk } from '../support/call-scene.js';
import { register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const COMMANDS = ['call_accept', 'call_decline', 'call_cancel', 'call_end'];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { WS_RATE_PER_SECOND: '0' } });
});
afterAll(() => app.close());

const outcomes = (answers: readonly { type: string; code?: unknown }[]) =>
  answers.map(({ type, code }) => code ?? type);
const times = <T>(n: number, what: (n: number) => T): T[] => Array.from({ length: n }, (_, index) => what(index));

describe('calls under abuse', () => {
  it('fifty invites at once are one call, or rate_limited', async () => {
    const { a, b } = await callPair(app);
    const answers = await Promise.all(times(50, (n) => (n % 2 ? a : b).request({ type: 'call_invite', media: n })));
    const acks = answers.filter(({ type }) => type === 'ack');
    expect(acks).toHaveLength(10);
    expect(new Set(acks.map(({ call_id }) => call_id)).size).toBe(1);
    expect(outcomes(answers).filter((outcome) => outcome === 'rate_limited')).toHaveLength(40);
    for (const socket of [a, b]) expect(callEventsOf(socket)).toHaveLength(1);
  });

  it('fifty answers at once are one, and fifty ends at once one entry', async () => {
    const { alice, bob, a, b } = await callPair(app);
    const devices = [b, ...(await Promise.all(times(4, () => bob.dm(alice))))];
    const call_id = await ring(a);
    const at = (n: number) => devices[n % devices.length]!;
    const accepted = await Promise.all(times(50, (n) => at(n).request({ type: 'call_accept', call_id })));
    expect(outcomes(accepted).filter((outcome) => outcome === 'ack')).toHaveLength(1);
    expect(outcomes(accepted).filter((outcome) => outcome === 'conflict')).toHaveLength(49);
    const ended = await Promise.all(times(50, (n) => (n % 2 ? a : at(n)).request({ type: 'call_end', call_id })));
    expect(outcomes(ended).filter((outcome) => outcome === 'ack')).toHaveLength(1);
    expect(await callsInLog(alice, bob)).toHaveLength(1);
  });

  it.each([
    ['__proto__ and its like', '{"__proto__":{"admin":true},"constructor":1,"toString":null,"hasOwnProperty":0}'],
    ['a media that looks like our own fields', '{"call_id":"x","phase":"ended","type":"call_ended","ref":"r"}'],
    ['numbers beyond a double', '{"large":1e308,"small":-0.0,"digits":0.1}'],
  ])('media with %s is data like any other', async (_name, media) => {
    const { alice, bob, a, b } = await callPair(app);
    a.sendText(`{"type":"call_invite","ref":"r","media":${media}}`);
    const { call_id } = await a.next('ack');
    const incoming = await b.next('incoming_call');
    expect(JSON.stringify(incoming['media'])).toBe(JSON.stringify(JSON.parse(media)));
    await b.request({ type: 'call_decline', call_id });
    const [entry] = (await callsInLog(bob, alice)) as unknown as { call: { media: unknown } }[];
    expect(JSON.stringify(entry?.call.media)).toBe(JSON.stringify(JSON.parse(media)));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('media of 33 KiB, or nested too deep, is refused, and the connection stays', async () => {
    const { a, b } = await callPair(app);
    expect(await a.request({ type: 'call_invite', media: 'x'.repeat(33 * 1024) })).toMatchObject({
      code: 'validation_failed',
      details: [{ field: 'media' }],
    });
    a.sendText(`{"type":"call_invite","media":${'['.repeat(40)}${']'.repeat(40)}}`);
    expect(await a.next('error')).toMatchObject({ code: 'bad_json' });
    await ring(a);
    await b.next('incoming_call');
  });

  it('a stranger with the call_id gets nowhere, on any conversation or gateway, and nobody hears of it', async () => {
    const pair = await callPair(app);
    const { alice, bob, a, b } = pair;
    const mallory = await register(app, 'mallory');
    const sockets = await Promise.all([mallory.dm(alice), mallory.dm(bob)]);
    const call_id = await talk(pair);
    const tries = async (socket: SocketClient) => {
      for (const type of COMMANDS) {
        const forged = { conversation_id: a.seen[0]?.['conversation_id'], user_id: bob.id, from_user_id: alice.id };
        expect(await socket.request({ type, call_id, ...forged })).toMatchObject({ type: 'error', code: 'not_found' });
        expect(await socket.request({ type, call_id: randomUUID() })).toMatchObject({ code: 'not_found' });
      }
    };
    for (const socket of sockets) await tries(socket);
    for (const socket of [a, b]) {
      await socket.untilMarker();
      expect(callEventsOf(socket).at(-1)).toBe('call_accepted');
    }
    expect(await a.request({ type: 'call_end', call_id })).toMatchObject({ type: 'ack' });
  });

  it('who rings on and on is stopped after ten a minute, and the callee can call others between', async () => {
    const { bob, a, b } = await callPair(app);
    const carol = await register(app, 'carol');
    const toCarol = await bob.dm(carol);
    for (let n = 0; n < 10; n++) await b.request({ type: 'call_decline', call_id: await ring(a) });
    expect(await a.request({ type: 'call_invite', media: MEDIA })).toMatchObject({ code: 'rate_limited' });
    await ring(toCarol);
  });
});
