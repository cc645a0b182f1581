import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { RawJson } from './raw-json.js';
import { encodeFrame, frameOf, FrameRun, serialise } from './wire.js';

// The client half of `ws`: exported, but not in its types.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => NodeJS.WritableStream };

const received = (bytes: Buffer) =>
  new Promise<string>((resolve, reject) => {
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) reject(new Error('binary'));
      else resolve(data.toString());
    });
    receiver.on('error', reject);
    receiver.write(bytes);
  });

describe('frames (RFC 6455 section 5.2)', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])(
    'a text of %i bytes is read back by a WebSocket receiver',
    async (length) => {
      const text = 'x'.repeat(length);
      expect(await received(frameOf([text]).bytes)).toBe(text);
    },
  );

  it('counts bytes and not characters', async () => {
    const text = 'ä€😀'.repeat(40);
    expect(await received(frameOf([text]).bytes)).toBe(text);
  });

  it('of a run are one buffer, of which the first ones may be left out', () => {
    const frames = ['a', 'bb', 'ccc'].map((text) => frameOf([text]));
    const run = new FrameRun(frames);
    const rest = [0, 1, 2].map((index) => Buffer.concat(frames.slice(index).map(({ bytes }) => bytes)));
    expect([0, 1, 2].map((index) => run.from(index).bytes)).toEqual(rest);
    expect(run.from(0)).toBe(run.from(0));
  });
});

describe('an event as JSON', () => {
  it('has raw fields as they were written, behind the others', () => {
    const event = { type: 'a', data: new RawJson('{ "n":1e2 }'), b: 'x', more: new RawJson('[]') };
    expect(serialise(event).join('')).toBe('{"type":"a","b":"x","data":{ "n":1e2 },"more":[]}');
  });

  it('says of the others beside a raw field what JSON says of them', () => {
    const others = { type: 'ä"\n', none: null, gone: undefined, list: [1, undefined], '"k"': { at: new Date(0) } };
    const text = serialise({ ...others, data: new RawJson('1') }).join('');
    expect(text).toBe(`${JSON.stringify(others).slice(0, -1)},"data":1}`);
  });

  it('is framed in pieces as it is in one, counted in bytes', async () => {
    const event = { type: 'ä', data: new RawJson('"€"'), more: new RawJson('"😀"') };
    expect(await received(encodeFrame(event).bytes)).toBe('{"type":"ä","data":"€","more":"😀"}');
  });

  it('has a raw value deeper inside as its value', () => {
    expect(serialise({ type: 'a', b: { data: new RawJson('{ "n":1e2 }') } }).join('')).toBe(
      '{"type":"a","b":{"data":{"n":100}}}',
    );
  });
});
