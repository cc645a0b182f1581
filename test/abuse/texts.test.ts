import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../support/scene.js';
import { register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  app = await startTestApp();
  [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
});
afterAll(() => app.close());

describe('contents of any Unicode text (1, N5, N6)', () => {
  it.each([
    ['a BOM inside', 'a\ufeffb'],
    ['an RTL override', 'evil\u202egnp.exe'],
    ['bidi isolates', '\u2067אבג\u2069 abc'],
    ['3,999 combining marks', `e${'\u0301'.repeat(3999)}`],
    ['4,000 astral characters', '😀'.repeat(4000)],
    ['a family of joined emoji', '👩‍👩‍👧‍👦'],
    ['decomposed letters, as they are', 'e\u0301 is not \u00e9'],
    ['control characters', 'a\u0001\u001b[31m\u007f\u0085b'],
    ['noncharacters', '\uffff\ufdd0'],
    ['line separators', 'a\u2028b\u2029c'],
    ['HTML', '<script>alert(1)</script><img src=x onerror=alert(1)>&amp;'],
    ['SQL', `'; DROP TABLE messages; -- $1 %s \\`],
    ['JSON', '{"type":"going_away"}\n","x":"'],
  ])('%s is stored and given back as it is, by sockets and REST', async (_name, content) => {
    const [a, b] = [await alice.dm(bob), await bob.dm(alice)];
    a.send({ type: 'dm_message', content });
    const event = await b.next('dm_message');
    expect(event['content']).toBe(content);
    const answer = await bob.api.get(`/messages/${String(event['id'])}`);
    expect(answer.body).toMatchObject({ content });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await app.sql('SELECT content FROM messages WHERE id = $1', [event['id']])).toEqual([{ content }]);
    const byRest = await alice.api.post(`/dms/${bob.id}/messages`, { content });
    expect(byRest).toMatchObject({ status: 201, body: { content } });
  });

  it.each([
    ['NUL', 'a\0'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00a'],
    ['surrogates the wrong way round', '\ude00\ud83d'],
    ['4,001 combining marks', '\u0301'.repeat(4001)],
    ['nothing but a BOM, which is white space', '\ufeff'],
  ])('%s is validation_failed, never a failure of ours', async (_name, content) => {
    const a = await alice.dm(bob);
    const refused = { code: 'validation_failed', details: [{ field: 'content' }] };
    expect(await a.request({ type: 'dm_message', content })).toMatchObject(refused);
    expect(await alice.api.post(`/dms/${bob.id}/messages`, { content })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'content' }] },
    });
  });

  it('a nonce of any such text is one too', async () => {
    const a = await alice.dm(bob);
    for (const nonce of ['\u202e', '😀'.repeat(64), '__proto__', `'"\\`, 'e\u0301']) {
      expect(await a.request({ type: 'dm_message', content: 'x', nonce })).toMatchObject({ type: 'ack' });
      expect(await a.request({ type: 'dm_message', content: 'x', nonce })).toMatchObject({ duplicate: true });
    }
  });

  it('a ref or a nonce of NUL or a lone surrogate harms nothing', async () => {
    const a = await alice.dm(bob);
    for (const bad of ['\0', '\ud800']) {
      a.send({ type: 'ping', ref: bad });
      a.send({ type: 'dm_message', content: 'x', nonce: `n${bad}` });
      expect(await a.next('error')).toMatchObject({ code: 'validation_failed' });
    }
    expect(await a.request({ type: 'ping' })).toMatchObject({ type: 'pong' });
  });
});
