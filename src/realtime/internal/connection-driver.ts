import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { ConnectionId } from '../../common/ids.js';
import { CloseCode } from '../close-codes.js';
import { Credential } from '../connection-authenticator.js';
import { Connection, Outlet, Transport } from '../connection.js';
import { ErrorEvent, GoingAwayEvent, PongEvent } from '../core-messages.js';
import { RawGatewayHooks } from '../raw-gateway.js';
import { Shape } from '../wire.js';
import { answer } from './answer.js';
import { Authentication } from './authentication.js';
import { CommandExecutor } from './command-executor.js';
import { ConnectionEntrance, Host } from './connection-entrance.js';
import { ConnectionLife, Driver } from './connection-life.js';
import { ConnectionServices } from './connection-services.js';
import { BROKEN, departureByClient, departureByServer } from './departure.js';
import { GatewayRoute } from './gateway-route.js';
import { InboundFrame } from './inbound-queue.js';
import { logFieldsOf } from './log-fields.js';
import { parseMessage, refOf } from './message.js';
import type { ClientMessage, ParsedMessage } from './message.js';
import { Departing } from './open-connections.js';
import { Peer, PeerEvents } from './peer.js';
import { Traffic } from './traffic-ledger.js';
import { closeCodeOf } from './wire-errors.js';

export interface DriverServices {
  services: ConnectionServices;
  /** Called once, when the gateway's clean-up has finished. */
  onGone(driver: ConnectionDriver, code: number): void;
  /** Called when the connection belongs to a user, or has ended before; perhaps again. */
  onSettled(driver: ConnectionDriver): void;
}

export interface DriverInput {
  id: ConnectionId;
  ws: WebSocket;
  socket: Duplex;
  route: GatewayRoute;
  context: unknown;
  /** Whom limits per address count; undefined where nothing asks. */
  address: string | undefined;
}

const logger = new Logger('ConnectionDriver');

/** Drives one raw connection: what its peer sends and does goes to its life, its entrance or its gateway's commands. */
export class ConnectionDriver implements Transport, Driver<Connection, InboundFrame>, Host, PeerEvents, Departing {
  readonly connection: Connection;
  readonly peer: Peer;
  readonly authentication: Authentication;
  readonly executor: CommandExecutor;
  readonly life = new ConnectionLife<Connection>(this);
  private readonly entrance: ConnectionEntrance;
  private closedWith: number = BROKEN;

  constructor(
    private readonly input: DriverInput,
    private readonly owner: DriverServices,
  ) {
    const { services } = owner;
    this.peer = new Peer(input.ws, input.socket, services, this);
    this.connection = new Connection(input.id, input.context, this);
    this.authentication = new Authentication(this.connection, services, {
      guests: input.route.guests,
      address: input.address,
    });
    this.executor = new CommandExecutor(input.route.commands, this.connection);
    this.entrance = new ConnectionEntrance(this, services);
  }

  get outlet(): Outlet {
    return this.peer.outbound;
  }

  get open(): boolean {
    return this.life.open;
  }

  get route(): GatewayRoute {
    return this.input.route;
  }

  get hooks(): RawGatewayHooks {
    return this.input.route.hooks;
  }

  get gateway(): string {
    return this.input.route.path;
  }

  get traffic(): Traffic {
    const { received, outbound } = this.peer;
    return { received, ...outbound.sent };
  }

  get brokenOff(): boolean {
    return this.peer.hasBrokenOff;
  }

  get reachable(): boolean {
    return this.open && this.peer.isOpen;
  }

  /** Starts with the credential of the upgrade, or asks for one in band. */
  start(credential: Credential | undefined, clientId?: string): void {
    this.entrance.start(credential, clientId);
  }

  drained(): Promise<void> {
    return this.peer.drained();
  }

  close(code: CloseCode, reason: string, { extraGraceMs = 0 }: { extraGraceMs?: number } = {}): void {
    if (this.life.leave(departureByServer(code, extraGraceMs))) this.peer.close(code, reason);
  }

  /** Sends a last event and closes for a planned stop. */
  goAway(retryAfterMs: number): void {
    this.connection.send({ type: 'going_away', retry_after_ms: retryAfterMs } satisfies GoingAwayEvent);
    this.close(CloseCode.ServerRestart, 'server restarts', { extraGraceMs: retryAfterMs });
  }

  cut(): void {
    this.peer.terminate();
  }

  /** Closes because of an error, with the code that fits; one that is ours is logged, and named no further. */
  fail(error: unknown): void {
    const code = closeCodeOf(error);
    if (code === CloseCode.Internal)
      logger.error({ msg: 'connection failed', ...logFieldsOf(this.connection), err: error });
    this.close(code, code === CloseCode.Internal ? 'internal error' : (error as Error).message);
  }

  frame(frame: InboundFrame): void {
    if (this.open) this.life.inbound.push(frame);
  }

  offended(code: CloseCode, reason: string): void {
    this.close(code, reason);
  }

  violated(err: Error): void {
    logger.debug({ msg: 'protocol violation', ...logFieldsOf(this.connection), err });
    this.life.leave({ how: 'clean' });
  }

  closed(code: number): void {
    this.closedWith = code;
    void this.life.ended(departureByClient(code));
  }

  settled(): void {
    this.owner.onSettled(this);
  }

  opened(): void {
    this.peer.outbound.accepts = 'all';
  }

  leaving(): void {
    this.peer.outbound.accepts = 'nothing';
  }

  release(): void {
    this.authentication.stop();
    this.settled();
  }

  gone(): void {
    this.owner.onGone(this, this.closedWith);
  }

  pause(): void {
    this.peer.pause();
  }

  resume(): void {
    this.peer.resume();
  }

  overlaps(frame: InboundFrame): boolean {
    if (frame.refused || !this.life.is('open')) return false;
    const parsed = (frame.parsed ??= parseMessage(frame.text));
    return parsed.ok && this.executor.overlaps(parsed.message.type);
  }

  handle(frame: InboundFrame): void | Promise<void> {
    if (!this.open) return undefined;
    const parsed = (frame.parsed ??= parseMessage(frame.text));
    if (frame.refused) {
      this.refuse(parsed, frame.refused);
      return undefined;
    }
    if (parsed.ok && parsed.message.type === 'ping') {
      this.pong(parsed.message);
      return undefined;
    }
    if (this.life.is('authenticating')) return this.entrance.handle(parsed);
    if (!parsed.ok) {
      const { code, message, details, ref } = parsed;
      this.answer({ type: 'error', code, message, ...(details && { details }) }, ref);
      return undefined;
    }
    if (parsed.message.type === 'auth_token') return this.authentication.renew(parsed.message);
    return this.executor.execute(parsed.message);
  }

  private refuse(parsed: ParsedMessage, { retryAfterMs }: { retryAfterMs: number }): void {
    const message = 'Too many messages; slow down.';
    this.answer({ type: 'error', code: 'rate_limited', message, retry_after_ms: retryAfterMs }, refOf(parsed));
  }

  private pong({ ref }: ClientMessage): void {
    this.answer({ type: 'pong', server_time: this.owner.services.clock.date().toISOString() }, ref);
  }

  private answer(event: Shape<ErrorEvent> | Shape<PongEvent>, ref: string | undefined): void {
    answer(this.connection, event, ref);
  }
}
