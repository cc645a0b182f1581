import { describe, expect, it } from 'vitest';
import { MessageNumber } from './message-number.js';

/** The frame somewhere in a buffer, as sockets read it. */
function read(number: MessageNumber, frame: string): number {
  const bytes = Buffer.from(`"seq":9,${frame}"seq":8`);
  return number.of(bytes, 8, 8 + frame.length);
}

describe('the number of a message', () => {
  it('is read from frames of any layout, one after the other', () => {
    const number = new MessageNumber();
    expect(read(number, '{"type":"message","id":"a","seq":1207,"rev":1207}')).toBe(1207);
    expect(read(number, '{"type":"message","id":"b","seq":1208,"rev":1208}')).toBe(1208);
    expect(read(number, '42["message",{"id":"a","seq":7}]')).toBe(7);
    expect(read(number, '{"seq":10}')).toBe(10);
  });

  it('is none where there is none, and that of the next frame is read again', () => {
    const number = new MessageNumber();
    expect(read(number, '{"type":"error","code":"unavailable"}')).toBeNaN();
    expect(read(number, '{"type":"message","seq":3}')).toBe(3);
    expect(read(number, '{}')).toBeNaN();
  });
});
