import { describe, expect, it } from 'vitest';
import { parseMessage } from './message.js';

describe('one message of a client (section 1)', () => {
  it('is an object with a string `type`, and perhaps a `ref`', () => {
    const fields = { type: 'a', ref: 'r', n: 1 };
    const text = JSON.stringify(fields);
    expect(parseMessage(text)).toEqual({ ok: true, message: { type: 'a', ref: 'r', fields, text } });
  });

  it.each(['', 'x', '[]', 'null', '1', '{}', '{"type":1}', '{"__proto__":{"type":"a"}}'])('%j is bad_json', (text) => {
    expect(parseMessage(text)).toMatchObject({ ok: false, code: 'bad_json' });
  });

  it('never takes `type` or `ref` from a prototype', () => {
    const parsed = parseMessage('{"type":"a","__proto__":{"ref":"inherited"}}');
    expect(parsed).toMatchObject({ ok: true, message: { type: 'a', ref: undefined } });
  });

  it('takes the last of duplicate keys, as JSON.parse does', () => {
    expect(parseMessage('{"type":"a","type":"b"}')).toMatchObject({ message: { type: 'b' } });
  });

  it.each(['1', 'null', '"' + 'x'.repeat(65) + '"'])('a ref of %s is validation_failed', (ref) => {
    expect(parseMessage(`{"type":"a","ref":${ref}}`)).toMatchObject({ ok: false, code: 'validation_failed' });
  });
});
