import { randomBytes } from 'node:crypto';
import net from 'node:net';

export interface FrameSocketTarget {
  port: number;
  path: string;
  headers?: Record<string, string>;
  /** Another loopback address to come from, for servers that count connections by address. */
  localAddress?: string | undefined;
}

/** Called with a whole text frame: the bytes from `start` to `end` are its payload, good during the call only. */
export type FrameListener = (bytes: Buffer, start: number, end: number) => void;

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const ENGINE_PING = 0x32;
const OPEN_TIMEOUT_MS = 120_000;
/** Shared by all sockets: what is read is used up before the next read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * A WebSocket client that costs next to nothing a frame, so that the load never is what is measured: no events, no
 * copies, no texts made of what is only counted.
 */
export class FrameSocket {
  onFrame: FrameListener = () => undefined;
  onClose: () => void = () => undefined;
  /** The server's close code, once it has sent one. */
  closeCode: number | undefined;
  private rest: Buffer | undefined;
  private opened = false;
  private readonly socket: net.Socket;

  private constructor(
    target: FrameSocketTarget,
    private readonly settle: (error?: Error) => void,
  ) {
    const { port, localAddress } = target;
    this.socket = net.connect({
      host: '127.0.0.1',
      port,
      ...(localAddress !== undefined && { localAddress }),
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          this.receive(length);
          return true;
        },
      },
    });
    this.socket.setNoDelay(true);
    this.socket.on('connect', () => this.socket.write(handshake(target)));
    this.socket.on('error', (error) => {
      settle(error);
    });
    this.socket.on('close', () => {
      settle(new Error('closed'));
      this.onClose();
    });
  }

  /** Resolves after the handshake; `onFrame` may be set before any frame is read. */
  static open(target: FrameSocketTarget, prepare: (socket: FrameSocket) => void): Promise<FrameSocket> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        socket.destroy();
        reject(new Error('handshake timeout'));
      }, OPEN_TIMEOUT_MS);
      const socket = new FrameSocket(target, (error) => {
        clearTimeout(timeout);
        if (error) reject(error);
        else resolve(socket);
      });
      prepare(socket);
    });
  }

  send(text: string): void {
    this.socket.write(maskedFrame(TEXT, Buffer.from(text)));
  }

  /** A clean close; the server answers it and ends the connection. */
  close(): void {
    if (!this.socket.destroyed) this.socket.write(maskedFrame(CLOSE, Buffer.from([0x03, 0xe8])));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private receive(length: number): void {
    let data = READ_BUFFER.subarray(0, length);
    if (this.rest) data = Buffer.concat([this.rest, data]);
    this.rest = undefined;
    let from = 0;
    if (!this.opened) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        this.rest = Buffer.from(data);
        return;
      }
      const status = data.toString('latin1', 9, 12);
      if (status !== '101') {
        this.settle(new Error(`HTTP ${status}`));
        this.socket.destroy();
        return;
      }
      this.opened = true;
      this.settle();
      from = end + 4;
    }
    from = this.takeFrames(data, from);
    // A copy: the buffer is the next read's.
    if (from < data.length) this.rest = Buffer.from(data.subarray(from));
  }

  /** Handles the whole frames; answers where the first unfinished one begins. */
  private takeFrames(data: Buffer, first: number): number {
    const to = data.length;
    let from = first;
    while (to - from >= 2) {
      let length = (data[from + 1] ?? 0) & 127;
      let head = 2;
      if (length === 126) {
        if (to - from < 4) break;
        length = data.readUInt16BE(from + 2);
        head = 4;
      } else if (length === 127) {
        if (to - from < 10) break;
        length = Number(data.readBigUInt64BE(from + 2));
        head = 10;
      }
      const start = from + head;
      if (to - start < length) break;
      from = start + length;
      this.takeFrame((data[start - head] ?? 0) & 15, data, start, from);
    }
    return from;
  }

  private takeFrame(opcode: number, data: Buffer, start: number, end: number): void {
    if (opcode === TEXT) {
      // Engine.IO's ping is a text of one character; no other server sends such a one.
      if (end - start === 1 && data[start] === ENGINE_PING) this.send('3');
      else this.onFrame(data, start, end);
    } else if (opcode === PING) {
      this.socket.write(maskedFrame(PONG, Buffer.from(data.subarray(start, end))));
    } else if (opcode === CLOSE) {
      this.closeCode = end - start >= 2 ? data.readUInt16BE(start) : 1005;
      this.socket.end(maskedFrame(CLOSE, Buffer.from(data.subarray(start, end))));
    }
  }
}

function handshake({ port, path, headers = {} }: FrameSocketTarget): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${lines.join('')}\r\n`
  );
}

const MASK = [0x5a, 0xc3, 0x96, 0x3c] as const;

/** Masked as a client must; the mask may be the same every time here, and costs the server what any does. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  for (let i = 0; i < 4; i++) frame[head - 4 + i] = MASK[i & 3] ?? 0;
  for (let i = 0; i < length; i++) frame[head + i] = (payload[i] ?? 0) ^ (MASK[i & 3] ?? 0);
  return frame;
}
