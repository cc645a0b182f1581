import { describe, expect, it } from 'vitest';
import { rawMember } from './raw-member.js';

describe('a member of a JSON object, as it was written', () => {
  it.each([
    ['{"data":1}', '1'],
    ['{"data":12345678901234567890.10}', '12345678901234567890.10'],
    ['{"type":"a","data":{"a":1,"a":2}}', '{"a":1,"a":2}'],
    ['{"type":"a" ,\n"data" :\t{ "b" : [ 1 , {} ] } , "z":0}', '{ "b" : [ 1 , {} ] }'],
    ['{"data":"}\\"]\\\\","z":1}', '"}\\"]\\\\"'],
    ['{"data":["\\\\","]","\\""]}', '["\\\\","]","\\""]'],
    ['{"x":"\\"data\\":1","data":null}', 'null'],
    ['{"x":{"data":1},"data":2}', '2'],
    ['{"x":{"data":1}}', undefined],
    ['{"data":1,"data":2}', '2'],
    ['{"data":1,"d\\u0061ta":2}', '2'],
    ['{"d\\u0061tb":1}', undefined],
    ['{"datas":1,"dat":2}', undefined],
    ['{"":1,"data":-0}', '-0'],
    ['{"data":true }', 'true'],
    ['{}', undefined],
    [' { } ', undefined],
    ['{"data":"v=0\\r\\n😀"}', '"v=0\\r\\n😀"'],
  ])('%s', (text, raw) => {
    expect(rawMember(text, 'data')).toBe(raw);
    const fields = JSON.parse(text) as { data?: unknown };
    expect(raw === undefined ? undefined : (JSON.parse(raw) as unknown)).toEqual(fields.data);
  });

  it('ends in the time that the text takes to read, whatever it is made of', () => {
    const texts = ['\\\\', '\\"', '\\\\\\"'].map((piece) => `"${piece.repeat(15_000)}"`);
    const lists = ['{},', '[[]],', '"",', '"\\"",'].map((piece) => `[${piece.repeat(15_000)}1]`);
    for (const value of [...texts, ...lists]) expect(rawMember(`{"data":${value}}`, 'data')).toBe(value);
  });
});
