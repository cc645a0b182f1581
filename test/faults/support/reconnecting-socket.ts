import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ReceivedEvent } from '../../support/socket-client.js';

interface SocketHandlers {
  /** Asked before each attempt, because a position moves on. */
  url(): string;
  received(event: ReceivedEvent): void;
  /** Reads a frame where less than all of it is enough; undefined: all of it is read. */
  parse?(text: string): ReceivedEvent | undefined;
  /** The connection is gone, and another is on its way. */
  lost?(): void;
}

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/** A connection that comes back by itself, as an application's does: with a delay that grows and is partly random. */
export class ReconnectingSocket {
  /** How often it was closed with each code; 1006: without one. */
  readonly closes = new Map<number, number>();
  connections = 0;
  /** Attempts that came to no connection. */
  failures = 0;
  private ws: WebSocket | undefined;
  /** The server has asked for this much patience before the next attempt. */
  private askedToWaitMs = 0;
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(private readonly handlers: SocketHandlers) {
    this.ended = this.stayConnected();
  }

  get isOpen(): boolean {
    return this.ws?.readyState === WebSocket.OPEN;
  }

  send(message: object): void {
    this.ws?.send(JSON.stringify(message), () => undefined);
  }

  /** Gives this connection up, for another one. */
  drop(): void {
    this.ws?.terminate();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.ws?.terminate();
    await this.ended;
  }

  private async stayConnected(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted;) {
      const { connections } = this;
      const code = await this.untilClosed(() => {
        failures = 0;
        this.connections++;
      });
      if (this.connections > connections) this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
      else this.failures++;
      this.handlers.lost?.();
      const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++);
      await sleep(this.askedToWaitMs || Math.random() * most, undefined, { signal: this.stopping.signal }).catch(
        () => undefined,
      );
      this.askedToWaitMs = 0;
    }
  }

  private untilClosed(onOpen: () => void): Promise<number> {
    const ws = new WebSocket(this.handlers.url(), { perMessageDeflate: false, handshakeTimeout: 10_000 });
    this.ws = ws;
    ws.on('open', onOpen);
    ws.on('message', (data: Buffer) => {
      const text = data.toString();
      const event = this.handlers.parse?.(text) ?? (JSON.parse(text) as ReceivedEvent);
      if (event.type === 'going_away') this.askedToWaitMs = event['retry_after_ms'] as number;
      this.handlers.received(event);
    });
    ws.on('error', () => undefined);
    return new Promise((resolve) => {
      ws.on('close', resolve);
    });
  }
}
