import { randomBytes } from 'node:crypto';
import { connect, Socket } from 'node:net';
import { eventually } from './eventually.js';

export interface RawUpgrade {
  headers?: Record<string, string>;
  /** A loopback address to come from. */
  from?: string;
}

export interface FrameOptions {
  fin?: boolean;
  rsv?: number;
  masked?: boolean;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** A WebSocket client made by hand on a TCP socket: for what no library would send, and for reading nothing at all. */
export class RawPeer {
  private received = Buffer.alloc(0);
  private ended = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => {
      this.received = Buffer.concat([this.received, data]);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
    });
  }

  /** Sends the request as it is given: the target is not normalised. */
  static async request(port: number, head: string, from = '127.0.0.1'): Promise<RawPeer> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    const peer = new RawPeer(socket);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.write(head);
    return peer;
  }

  static upgrade(port: number, target: string, { headers = {}, from }: RawUpgrade = {}): Promise<RawPeer> {
    const lines = [
      `GET ${target} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    return RawPeer.request(port, `${lines.join('\r\n')}\r\n\r\n`, from);
  }

  /** The HTTP answer up to its empty line; empty until all of it is there. */
  get head(): string {
    return /^HTTP\/1\.1 \d{3}[\s\S]*?\r\n\r\n/.exec(this.received.toString('latin1'))?.[0] ?? '';
  }

  /** The HTTP status of the answer. */
  async status(): Promise<number> {
    return eventually(() => this.head !== '' && Number(this.head.slice(9, 12)));
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  frame(opcode: number, payload: Buffer | string, options: FrameOptions = {}): void {
    this.send(maskedFrame(opcode, Buffer.from(payload), options));
  }

  /** The code of the close frame that comes; 1006 when the socket ends without one. */
  async closeCode(waitMs?: number): Promise<number> {
    return eventually(() => {
      const close = this.frames().find(({ opcode }) => opcode === OPCODE.close);
      if (close) return close.payload.length >= 2 ? close.payload.readUInt16BE(0) : 1005;
      return this.ended ? 1006 : false;
    }, waitMs);
  }

  /** Resolves when the server has closed its end, too. */
  async gone(waitMs?: number): Promise<void> {
    await eventually(() => this.ended, waitMs);
  }

  /** Every whole frame that has come so far. */
  frames(): { opcode: number; payload: Buffer }[] {
    const frames = [];
    let at = this.received.indexOf('\r\n\r\n') + 4;
    while (at + 2 <= this.received.length) {
      let length = (this.received[at + 1] ?? 0) & 0x7f;
      let header = 2;
      if (length === 126) {
        if (at + 4 > this.received.length) break;
        length = this.received.readUInt16BE(at + 2);
        header = 4;
      } else if (length === 127) {
        if (at + 10 > this.received.length) break;
        length = Number(this.received.readBigUInt64BE(at + 2));
        header = 10;
      }
      if (at + header + length > this.received.length) break;
      const payload = this.received.subarray(at + header, at + header + length);
      frames.push({ opcode: (this.received[at] ?? 0) & 0x0f, payload });
      at += header + length;
    }
    return frames;
  }

  texts(): { type: string; [field: string]: unknown }[] {
    return this.frames()
      .filter(({ opcode }) => opcode === OPCODE.text)
      .map(({ payload }) => JSON.parse(payload.toString()) as { type: string });
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The bytes of a frame. */
export function maskedFrame(
  opcode: number,
  payload: Buffer,
  { fin = true, rsv = 0, masked = true }: FrameOptions = {},
): Buffer {
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const header = Buffer.from([first, ...lengthBytes(payload.length, masked ? 0x80 : 0)]);
  if (!masked) return Buffer.concat([header, payload]);
  const mask = randomBytes(4);
  const body = Buffer.from(payload);
  for (let i = 0; i < body.length; i++) body[i] = (body[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([header, mask, body]);
}

/** In the shortest of its three forms. */
function lengthBytes(length: number, maskBit: number): number[] {
  if (length < 126) return [maskBit | length];
  if (length < 0x10000) return [maskBit | 126, length >> 8, length & 0xff];
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  return [maskBit | 127, ...long];
}
