import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { RawData, WebSocket } from 'ws';
import { Cancel, Clock } from '../../common/clock.js';
import { ConnectionId } from '../../common/ids.js';
import { Settings } from '../../config/settings.js';
import { CloseCode } from '../close-codes.js';
import { ConnectionAuthenticator, Credential } from '../connection-authenticator.js';
import { ConnectionRegistry } from '../connection-registry.js';
import { Connection, Transport } from '../connection.js';
import { Departure } from '../raw-gateway.js';
import { encodeFrame, Frame, WireEvent } from '../wire.js';
import { Authentication } from './authentication.js';
import { CommandExecutor } from './command-executor.js';
import { ConnectionState } from './connection-state.js';
import { GatewayRoute } from './gateway-route.js';
import { InboundFrame, InboundQueue } from './inbound-queue.js';
import { ClientMessage, parseMessage } from './message.js';
import { OutboundQueue, Urgency } from './outbound-queue.js';
import { TokenBucket } from './token-bucket.js';
import { closeCodeOf } from './wire-errors.js';

/** How long a peer that reads nothing has to take the close frame. */
const CLOSE_DEADLINE_MS = 2000;

/** Close codes after which the client is expected back: its place is kept for the grace. */
const EXPECTED_BACK = new Set<number>([
  1006,
  CloseCode.Internal,
  CloseCode.ServerRestart,
  CloseCode.Overloaded,
  CloseCode.TooSlow,
]);

export interface DriverServices {
  settings: Settings;
  clock: Clock;
  authenticator: ConnectionAuthenticator;
  registry: ConnectionRegistry;
  /** Called once, when the gateway's clean-up has finished. */
  onGone(driver: ConnectionDriver): void;
  /** Called once the connection belongs to a user, or has ended before. */
  onSettled(driver: ConnectionDriver): void;
}

/** What an in-band `auth_token` adds to its credential. */
interface InBand {
  announce?: boolean;
  ref?: string | undefined;
  clientId?: string | undefined;
}

export interface DriverInput {
  id: ConnectionId;
  ws: WebSocket;
  /** The socket below `ws`: whole frames are written to it directly, so that a turn's frames leave in one write. */
  socket: Duplex;
  route: GatewayRoute;
  context: unknown;
}

/**
 * Drives one raw connection through its life (architecture section 2): authenticate, admit, handle its messages one at
 * a time, close, clean up once. Whatever fails on the way ends in `finish`.
 */
export class ConnectionDriver implements Transport {
  readonly connection: Connection;
  private readonly logger = new Logger(ConnectionDriver.name);
  private readonly inbound: InboundQueue;
  private readonly outbound: OutboundQueue;
  private readonly bucket: TokenBucket;
  private readonly authentication: Authentication;
  private readonly executor: CommandExecutor;
  private state: ConnectionState = { phase: 'admitting' };
  private entering: Promise<void> = Promise.resolve();
  private admissionBegan = false;
  private closeDeadline: Cancel | undefined;
  private heardAt: number;

  constructor(
    private readonly input: DriverInput,
    private readonly services: DriverServices,
  ) {
    const { settings, clock } = services;
    const { ws, socket } = input;
    this.heardAt = clock.now();
    this.bucket = new TokenBucket(settings.WS_RATE_PER_SECOND, this.heardAt);
    this.inbound = new InboundQueue((frame) => this.handle(frame), {
      pause: () => {
        ws.pause();
      },
      resume: () => {
        ws.resume();
      },
    });
    this.outbound = new OutboundQueue(socket, settings.WS_MAX_BUFFERED_BYTES, () => {
      this.cut();
    });
    this.connection = new Connection(input.id, input.context, this);
    this.authentication = new Authentication(this.connection, services);
    this.executor = new CommandExecutor(input.route.commands, this.connection);
    this.listen(ws);
  }

  get open(): boolean {
    return this.state.phase === 'admitting' || this.state.phase === 'open' || this.state.phase === 'authenticating';
  }

  /** Starts with the credential of the upgrade, or asks for one in band. */
  start(credential: Credential | undefined): void {
    if (credential !== undefined) {
      void this.inbound.start(() => this.enter(credential));
      return;
    }
    const timeoutMs = this.services.settings.WS_AUTH_TIMEOUT_MS;
    const deadline = this.services.clock.after(timeoutMs, () => {
      this.close(CloseCode.AuthTimeout, 'not authenticated in time');
    });
    this.state = { phase: 'authenticating', deadline };
    this.connection.send({ type: 'auth_required', timeout_ms: timeoutMs });
  }

  /** A bad path or query: refused before authentication, with a code that a browser can read. */
  refuse(reason: string): void {
    this.close(CloseCode.BadRequest, reason);
  }

  write(frame: Frame, urgency: Urgency): void {
    if (this.open) this.outbound.push(frame, urgency);
  }

  close(code: CloseCode, reason: string, { extraGraceMs = 0 }: { extraGraceMs?: number } = {}): void {
    if (!this.open) return;
    if (this.state.phase === 'authenticating') this.state.deadline();
    this.state = { phase: 'closing', code, extraGraceMs };
    this.inbound.clear();
    this.outbound.flush();
    this.input.ws.resume();
    this.input.ws.close(code, reason);
    this.closeDeadline = this.services.clock.after(CLOSE_DEADLINE_MS, () => {
      this.input.ws.terminate();
    });
  }

  /** Sends a last event and closes for a planned stop. */
  goAway(retryAfterMs: number): void {
    this.connection.send({ type: 'going_away', retry_after_ms: retryAfterMs });
    this.close(CloseCode.ServerRestart, 'server restarts', { extraGraceMs: retryAfterMs });
  }

  terminate(): void {
    this.input.ws.terminate();
  }

  /** One beat: drops a peer that was silent for two intervals, cuts one that stopped reading, pings the others. */
  beat(now: number, intervalMs: number, stallLimitMs: number): void {
    if (this.outbound.stalledFor(now) > stallLimitMs) {
      this.cut();
    } else if (this.input.ws.isPaused) {
      // Its pong is stuck behind our own back-pressure.
      this.heardAt = now;
    } else if (now - this.heardAt >= 2 * intervalMs) {
      this.terminate();
    } else if (this.open) {
      this.input.ws.ping();
    }
  }

  private listen(ws: WebSocket): void {
    ws.on('message', (data, isBinary) => {
      this.receive(data, isBinary);
    });
    ws.on('pong', () => {
      this.heardAt = this.services.clock.now();
    });
    ws.on('ping', () => {
      this.heardAt = this.services.clock.now();
    });
    // `ws` closes with the code of the violation by itself; without a listener the error would end the process.
    ws.on('error', (err) => {
      this.logger.debug({ msg: 'connection error', connection_id: this.connection.id, err });
    });
    ws.on('close', (code) => {
      void this.finish(code);
    });
  }

  private receive(data: RawData, isBinary: boolean): void {
    const now = this.services.clock.now();
    this.heardAt = now;
    if (!this.open) return;
    if (isBinary) {
      this.close(CloseCode.BinaryFrame, 'text frames only');
      return;
    }
    const verdict = this.bucket.take(now);
    const text = (data as Buffer).toString();
    if (verdict.allowed) this.inbound.push({ text });
    else if (verdict.flooding) this.close(CloseCode.Flooding, 'flooding');
    else this.inbound.push({ text, refused: { retryAfterMs: verdict.retryAfterMs } });
  }

  private handle(frame: InboundFrame): void | Promise<void> {
    if (!this.open) return undefined;
    const parsed = parseMessage(frame.text);
    if (frame.refused) {
      const ref = parsed.ok ? parsed.message.ref : undefined;
      this.answer(
        {
          type: 'error',
          code: 'rate_limited',
          message: 'Too many messages; slow down.',
          retry_after_ms: frame.refused.retryAfterMs,
        },
        ref,
      );
      return undefined;
    }
    if (this.state.phase === 'authenticating')
      return this.handleBeforeAuthentication(parsed.ok ? parsed.message : undefined);
    if (!parsed.ok) {
      this.answer({ type: 'error', code: parsed.code, message: parsed.message });
      return undefined;
    }
    return this.handleMessage(parsed.message);
  }

  private handleBeforeAuthentication(message: ClientMessage | undefined): void | Promise<void> {
    if (message?.type === 'ping') {
      this.pong(message.ref);
      return undefined;
    }
    if (message?.type !== 'auth_token') {
      this.answer({ type: 'error', code: 'auth_required', message: 'Send auth_token first.' }, message?.ref);
      return undefined;
    }
    const token = this.authentication.read(message);
    if (token === undefined) return undefined;
    if (this.state.phase === 'authenticating') this.state.deadline();
    this.state = { phase: 'admitting' };
    return this.enter(
      { kind: 'token', value: token.value },
      { announce: true, ref: message.ref, clientId: token.clientId },
    );
  }

  private handleMessage(message: ClientMessage): void | Promise<void> {
    if (message.type === 'ping') {
      this.pong(message.ref);
      return undefined;
    }
    if (message.type === 'auth_token') return this.authentication.renew(message);
    return this.executor.execute(message);
  }

  /** Authenticates and admits; frames wait until it has been decided. */
  private enter(credential: Credential, inBand: InBand = {}): Promise<void> {
    this.entering = this.decide(credential, inBand);
    return this.entering;
  }

  private async decide(credential: Credential, { announce, ref, clientId }: InBand): Promise<void> {
    const identified = await this.authentication.authenticate(credential, clientId);
    this.services.onSettled(this);
    if (!identified || !this.open) return;
    if (announce || this.input.route.announceAuth) this.authentication.announce(ref);
    await this.admit();
  }

  private async admit(): Promise<void> {
    this.admissionBegan = true;
    try {
      await this.input.route.hooks.admit(this.connection);
      if (this.state.phase === 'admitting') this.state = { phase: 'open' };
    } catch (error) {
      const code = closeCodeOf(error);
      if (code === CloseCode.Internal)
        this.logger.error({ msg: 'admission failed', connection_id: this.connection.id, err: error });
      this.close(code, code === CloseCode.Internal ? 'internal error' : (error as Error).message);
    }
  }

  private pong(ref: string | undefined): void {
    this.answer({ type: 'pong', server_time: this.services.clock.date().toISOString() }, ref);
  }

  private answer(event: WireEvent, ref?: string): void {
    this.outbound.push(encodeFrame(ref === undefined ? event : { ...event, ref }), 'durable');
  }

  /** Too slow: it resumes from its position. A peer that reads nothing never sees the code, but 1006. */
  private cut(): void {
    this.close(CloseCode.TooSlow, 'too slow');
  }

  private async finish(wireCode: number): Promise<void> {
    if (this.state.phase === 'gone') return;
    const departure = this.departure(wireCode);
    if (this.state.phase === 'authenticating') this.state.deadline();
    this.state = { phase: 'gone' };
    this.closeDeadline?.();
    this.inbound.clear();
    this.authentication.stop();
    this.services.registry.remove(this.connection);
    this.services.onSettled(this);
    await this.entering;
    if (this.admissionBegan) await this.depart(departure);
    this.services.onGone(this);
  }

  private async depart(departure: Departure): Promise<void> {
    try {
      await this.input.route.hooks.departed(this.connection, departure);
    } catch (err) {
      this.logger.error({ msg: 'departure failed', connection_id: this.connection.id, err });
    }
  }

  private departure(wireCode: number): Departure {
    const code = this.state.phase === 'closing' ? this.state.code : wireCode;
    const extraGraceMs = this.state.phase === 'closing' ? this.state.extraGraceMs : 0;
    return EXPECTED_BACK.has(code) ? { how: 'broken', extraGraceMs } : { how: 'clean' };
  }
}
