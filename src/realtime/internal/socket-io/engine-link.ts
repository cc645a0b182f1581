import type { Socket as NetSocket } from 'node:net';
import type { Socket } from 'socket.io';
import type { WebSocket } from 'ws';
import { Cancel } from '../../../common/clock.js';
import { Urgency } from '../../client-connection.js';
import { Frame, WireText } from '../../wire.js';
import { ConnectionServices } from '../connection-services.js';
import { OutboundQueue } from '../outbound-queue.js';
import { TokenBucket } from '../token-bucket.js';

/** As on raw gateways: volatile events give way once a quarter of the limit waits. */
const VOLATILE_SHARE = 0.25;

/** One transport connection of a Socket.IO client. */
export type Engine = Socket['conn'];

/** What of Engine.IO we use beyond its types; its version is pinned. */
interface EngineInside {
  readonly writeBuffer: readonly unknown[];
  onClose(reason: string): void;
  readonly transport: { readonly name: string; readonly writable: boolean; readonly socket?: WebSocket };
}

/** A namespace's part of the connection. */
export interface LinkUser {
  /** Ends with the connection, which a planned stop closes after this. */
  sentAway(retryAfterMs: number): void;
  tooSlow(): void;
  /** The connection has ended; nobody else says so to one that was not open yet. */
  linkClosed(): void;
}

/**
 * One transport connection, which a client's namespaces share: its rate, and what it is owed. On WebSocket, frames leave
 * as those of raw connections do: a turn's frames in one write, volatile ones first to give way, and whoever reads nothing
 * is cut. While the client polls, they wait in Engine.IO, held to the same limits.
 */
export class EngineLink {
  readonly bucket: TokenBucket;
  readonly users = new Set<LinkUser>();
  /** The close code of the WebSocket, once it has ended. */
  closeCode: number | undefined;
  private readonly inside: EngineInside;
  private queue: OutboundQueue | undefined;
  private webSocket: WebSocket | undefined;
  /** Bytes that wait in Engine.IO since it last took something at once. */
  private waiting = 0;
  private nextPoll: Promise<void> | undefined;
  private cancelIdle: Cancel = () => undefined;

  constructor(
    readonly engine: Engine,
    /** Whom limits per address count. */
    readonly address: string,
    private readonly services: ConnectionServices,
  ) {
    this.inside = engine as unknown as EngineInside;
    this.bucket = new TokenBucket(services.settings.WS_RATE_PER_SECOND, services.clock.now());
    this.watch(this.inside.transport.socket);
    engine.once('upgrade', (transport: EngineInside['transport']) => {
      this.watch(transport.socket);
    });
    engine.once('close', () => {
      this.cancelIdle();
      this.queue?.clear();
      for (const user of [...this.users]) user.linkClosed();
    });
  }

  get open(): boolean {
    return this.engine.readyState === 'open';
  }

  /** Of the queue: whether a whole frame may still be written. */
  get isOpen(): boolean {
    return this.webSocket?.readyState === this.webSocket?.OPEN;
  }

  add(user: LinkUser): void {
    this.cancelIdle();
    this.users.add(user);
  }

  /** A connection that no namespace uses does not stay. */
  remove(user: LinkUser): void {
    if (!this.users.delete(user) || this.users.size > 0 || !this.open) return;
    this.cancelIdle = this.services.clock.after(this.services.settings.WS_AUTH_TIMEOUT_MS, () => {
      this.engine.close();
    });
  }

  /**
   * A packet: the event's text behind its type and namespace. `encode` makes its frame, once for many connections. Answers
   * how many bytes it is.
   */
  push(prefix: string, text: WireText, encode: (text: WireText) => Frame, urgency: Urgency): number {
    if (!this.open) return 0;
    const queue = (this.queue ??= this.startQueue());
    if (queue === undefined) return this.write(prefix + text.join(''), urgency);
    const frame = encode(text);
    queue.push(frame, urgency);
    return frame.bytes.length;
  }

  /** Whether something waits for the client: in its socket, or, while it polls, for its next poll. */
  get behind(): boolean {
    return this.queue ? this.queue.isBehind : this.open && this.inside.writeBuffer.length > 0;
  }

  /** Resolves when nothing does, or it is gone. */
  async caughtUp(): Promise<void> {
    while (this.open && this.behind) await (this.queue ? this.queue.caughtUp() : this.polled());
  }

  /** Resolves when the client has taken most of what it is owed, or is gone: for who has much to send. */
  async drained(): Promise<void> {
    if (this.queue) await this.queue.drained();
    else while (this.open && this.isPollOwed) await this.polled();
  }

  /** Hands over what waits, for what Socket.IO itself says next. */
  flush(): void {
    this.queue?.flush();
  }

  pause(): void {
    this.webSocket?.pause();
  }

  resume(): void {
    this.webSocket?.resume();
  }

  /** Whether too much may arrive at once: on polling nothing can be paused. */
  get pausable(): boolean {
    return this.webSocket !== undefined;
  }

  /** Tells every namespace of it, then closes: its client reconnects by itself. */
  goAway(retryAfterMs: number): void {
    for (const user of [...this.users]) user.sentAway(retryAfterMs);
    this.flush();
    this.engine.close();
  }

  /** Ends it at once, also where Engine.IO waits for a client that polls no more. */
  cut(): void {
    this.inside.onClose('forced close');
    this.webSocket?.terminate();
  }

  tooSlow(): void {
    for (const user of [...this.users]) user.tooSlow();
    this.cut();
  }

  /** Whether much waits for the client's next poll. */
  private get isPollOwed(): boolean {
    const { inside, waiting } = this;
    return inside.writeBuffer.length > 0 && waiting > this.services.settings.WS_MAX_BUFFERED_BYTES * VOLATILE_SHARE;
  }

  /** Resolves when Engine.IO has sent what waits, or is closed; the same for all who ask meanwhile. */
  private polled(): Promise<void> {
    return (this.nextPoll ??= new Promise((resolve) => {
      const done = () => {
        this.nextPoll = undefined;
        this.engine.off('drain', done);
        this.engine.off('close', done);
        resolve();
      };
      this.engine.on('drain', done);
      this.engine.on('close', done);
    }));
  }

  private watch(webSocket: WebSocket | undefined): void {
    if (webSocket === undefined) return;
    this.webSocket = webSocket;
    // Before Engine.IO hears of it, which does not tell the code.
    webSocket.prependOnceListener('close', (code: number) => {
      this.closeCode = code;
    });
  }

  /** Once everything that Engine.IO was given has gone to the WebSocket: from then on frames go past it, in order. */
  private startQueue(): OutboundQueue | undefined {
    const { transport, writeBuffer } = this.inside;
    if (this.webSocket === undefined || transport.socket !== this.webSocket || writeBuffer.length > 0) return undefined;
    const { _socket: socket } = this.webSocket as unknown as { _socket: NetSocket };
    const { clock, settings } = this.services;
    const queue = new OutboundQueue(socket, clock, settings.WS_MAX_BUFFERED_BYTES, this);
    queue.accepts = 'all';
    return queue;
  }

  private write(packet: string, urgency: Urgency): number {
    const { transport, writeBuffer } = this.inside;
    // Either it goes out at once, or what went before is on its way.
    if (transport.writable || writeBuffer.length === 0) this.waiting = 0;
    const limit = this.services.settings.WS_MAX_BUFFERED_BYTES;
    const bytes = Buffer.byteLength(packet);
    const waiting = this.waiting + bytes;
    if (urgency === 'volatile' && waiting > limit * VOLATILE_SHARE) return 0;
    if (waiting > limit && this.waiting > 0) {
      this.tooSlow();
      return 0;
    }
    this.waiting = waiting;
    this.engine.write(packet, { compress: false });
    return bytes;
  }
}
