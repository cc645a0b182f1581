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

  it.each(['{"type":1,"ref":"r"}', '{"ref":"r"}', '{"type":"a","ref":"r","n":1e400}'])(
    '%j is bad_json, and its answer carries the ref',
    (text) => {
      expect(parseMessage(text)).toMatchObject({ ok: false, code: 'bad_json', ref: 'r' });
    },
  );

  it('carries no ref that is not one', () => {
    expect(parseMessage('{"type":1,"ref":1}')).not.toHaveProperty('ref');
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
