import { isAscii } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../close-codes.js';
import { Beating } from './heartbeat.js';
import { InboundFrame } from './inbound-queue.js';
import { OutboundQueue } from './outbound-queue.js';
import { TokenBucket } from './token-bucket.js';

/** A peer that has not read for this long is cut (reliability: slow consumers). */
const STALL_LIMIT_MS = 10_000;
/** A close frame carries 125 bytes: the code, and this much of a reason (RFC 6455 section 5.5). */
const REASON_BYTES = 123;

export interface PeerEvents {
  frame(frame: InboundFrame): void;
  /** It broke a rule of ours, so that the connection has to be closed with this code. */
  offended(code: CloseCode, reason: string): void;
  /** It broke RFC 6455 or a limit on frames: `ws` has sent the close frame already. */
  violated(error: Error): void;
  closed(code: number): void;
}

/** The other end of one connection, held to its limits: what it may send, how long it may be silent or not read. */
export class Peer implements Beating {
  readonly outbound: OutboundQueue;
  /** Text frames that came, those over the rate limit too. */
  received = 0;
  private readonly bucket: TokenBucket;
  private readonly silenceLimitMs: number;
  private heardAt: number;
  /** Whether it was we who began the end. */
  private dismissed = false;

  /** `socket` is the one below `ws`: whole frames are written to it, so that a turn's frames leave in one write. */
  constructor(
    private readonly ws: WebSocket,
    socket: Duplex,
    private readonly services: { settings: Settings; clock: Clock },
    private readonly events: PeerEvents,
  ) {
    const { settings, clock } = services;
    this.heardAt = clock.now();
    this.silenceLimitMs = 2 * settings.WS_HEARTBEAT_INTERVAL_MS;
    this.bucket = new TokenBucket(settings.WS_RATE_PER_SECOND, this.heardAt);
    this.outbound = new OutboundQueue(socket, clock, settings.WS_MAX_BUFFERED_BYTES, this);
    listen(ws, this);
  }

  /** Until a close frame has been sent, or answered. */
  get isOpen(): boolean {
    return this.ws.readyState === this.ws.OPEN;
  }

  /** It has begun to go without being asked to: what still waits for it will not be written. */
  get hasBrokenOff(): boolean {
    return !this.isOpen && !this.dismissed;
  }

  drained(): Promise<void> {
    return this.outbound.drained();
  }

  /** Sends what is queued, then the close frame; a peer that does not answer it is cut by `ws` (`closeTimeout`). */
  close(code: CloseCode, reason: string): void {
    this.outbound.flush();
    this.dismissed = true;
    this.ws.resume();
    this.ws.close(code, cutReason(reason));
  }

  terminate(): void {
    this.ws.terminate();
  }

  pause(): void {
    this.ws.pause();
  }

  resume(): void {
    this.ws.resume();
  }

  /** Drops a peer that was silent for two intervals, cuts one that stopped reading. */
  check(now: number, excusedAt: number): void {
    // A paused socket cannot be heard: its pong is stuck behind our own back-pressure.
    if (this.ws.isPaused) this.heardAt = now;
    if (this.outbound.stalledFor(now) > STALL_LIMIT_MS) this.tooSlow();
    else if (now - Math.max(this.heardAt, excusedAt) >= this.silenceLimitMs) this.terminate();
  }

  ping(): void {
    if (this.isOpen) this.ws.ping();
  }

  /** These are called by `listen`. */
  heard(): void {
    this.heardAt = this.services.clock.now();
  }

  failed(error: Error): void {
    this.outbound.clear();
    this.events.violated(error);
  }

  gone(code: number): void {
    this.outbound.clear();
    this.events.closed(code);
  }

  receive(data: RawData, isBinary: boolean): void {
    const now = this.services.clock.now();
    this.heardAt = now;
    if (isBinary) {
      this.events.offended(CloseCode.BinaryFrame, 'text frames only');
      return;
    }
    this.received += 1;
    const verdict = this.bucket.take(now);
    const text = textOf(data as Buffer);
    if (verdict.allowed) this.events.frame({ text });
    else if (verdict.flooding) this.events.offended(CloseCode.Flooding, 'flooding');
    else this.events.frame({ text, refused: { retryAfterMs: verdict.retryAfterMs } });
  }

  /** Pings count as frames, and one too many gets no pong: else answers would pile up for who sends and never reads. */
  receivePing(data: Buffer): void {
    const now = this.services.clock.now();
    this.heardAt = now;
    const verdict = this.bucket.take(now);
    if (verdict.allowed) {
      if (this.isOpen && !this.outbound.isFull) this.ws.pong(data);
    } else if (verdict.flooding) {
      this.events.offended(CloseCode.Flooding, 'flooding');
    }
  }

  /** It resumes from its position. One that reads nothing never sees the code, but 1006. */
  tooSlow(): void {
    this.events.offended(CloseCode.TooSlow, 'too slow');
  }
}

const PEER = Symbol('peer');
type Listened = WebSocket & { [PEER]: Peer };

/** The same five functions for every connection: closures of its own would cost each one hundreds of bytes. */
function listen(ws: WebSocket, peer: Peer): void {
  const listened = Object.assign(ws, { [PEER]: peer });
  listened.on('message', onMessage).on('pong', onPong).on('ping', onPing);
  // Without a listener the error would end the process.
  listened.on('error', onError).on('close', onClose);
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as Listened)[PEER].receive(data, isBinary);
}

function onPong(this: WebSocket): void {
  (this as Listened)[PEER].heard();
}

function onPing(this: WebSocket, data: Buffer): void {
  (this as Listened)[PEER].receivePing(data);
}

function onError(this: WebSocket, error: Error): void {
  (this as Listened)[PEER].failed(error);
}

function onClose(this: WebSocket, code: number): void {
  (this as Listened)[PEER].gone(code);
}

/** `ws` has checked that it is UTF-8; what is ASCII, as most is, needs no decoding. */
function textOf(data: Buffer): string {
  return isAscii(data) ? data.toString('latin1') : data.toString();
}

/** Cut between characters: half of one would be a protocol error of ours. */
function cutReason(reason: string): string {
  return new TextDecoder().decode(Buffer.from(reason).subarray(0, REASON_BYTES), { stream: true });
}
