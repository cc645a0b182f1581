import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { ConnectionId } from '../../common/ids.js';
import { CloseCode } from '../close-codes.js';
import { Credential } from '../connection-authenticator.js';
import { Connection, Outlet, Transport } from '../connection.js';
import { AuthRequiredEvent, ErrorEvent, GoingAwayEvent, PongEvent } from '../core-messages.js';
import { Departure } from '../raw-gateway.js';
import { Shape } from '../wire.js';
import { Authentication } from './authentication.js';
import { CommandExecutor } from './command-executor.js';
import { ConnectionServices } from './connection-services.js';
import { ConnectionState } from './connection-state.js';
import { departureByClient, departureByServer } from './departure.js';
import { GatewayRoute } from './gateway-route.js';
import { InboundFlow, InboundFrame, InboundQueue } from './inbound-queue.js';
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

/** How who enters is greeted: with `auth_success` or not, and with what in it. */
interface Greeting {
  announce: boolean;
  ref?: string | undefined;
  /** Of who has just become a guest. */
  token?: string;
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

/**
 * Drives one raw connection through its life (architecture section 2): authenticate, admit, handle its messages one at
 * a time, close, clean up once. Whatever fails on the way ends in `finish`.
 */
export class ConnectionDriver implements Transport, InboundFlow, PeerEvents, Departing {
  readonly connection: Connection;
  readonly peer: Peer;
  private readonly inbound: InboundQueue;
  private readonly authentication: Authentication;
  private readonly executor: CommandExecutor;
  private state: ConnectionState = { phase: 'admitting' };
  private entering: Promise<void> = Promise.resolve();
  private admissionBegan = false;

  constructor(
    private readonly input: DriverInput,
    private readonly owner: DriverServices,
  ) {
    const { services } = owner;
    this.peer = new Peer(input.ws, input.socket, services, this);
    this.inbound = new InboundQueue(this);
    this.connection = new Connection(input.id, input.context, this);
    this.authentication = new Authentication(this.connection, services, {
      guests: input.route.guests,
      address: input.address,
    });
    this.executor = new CommandExecutor(input.route.commands, this.connection);
  }

  get outlet(): Outlet {
    return this.peer.outbound;
  }

  get open(): boolean {
    return this.state.phase === 'admitting' || this.state.phase === 'open' || this.state.phase === 'authenticating';
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
    if (credential !== undefined) {
      void this.inbound.start(() =>
        this.enter(() => this.authentication.authenticate(credential, { clientId }), {
          announce: this.input.route.announceAuth,
        }),
      );
      return;
    }
    const timeoutMs = this.owner.services.settings.WS_AUTH_TIMEOUT_MS;
    const deadline = this.owner.services.clock.after(timeoutMs, () => {
      this.close(CloseCode.AuthTimeout, 'not authenticated in time');
    });
    this.state = { phase: 'authenticating', deadline };
    this.connection.send({ type: 'auth_required', timeout_ms: timeoutMs } satisfies AuthRequiredEvent);
  }

  drained(): Promise<void> {
    return this.peer.drained();
  }

  close(code: CloseCode, reason: string, { extraGraceMs = 0 }: { extraGraceMs?: number } = {}): void {
    if (!this.open) return;
    this.leave(departureByServer(code, extraGraceMs));
    this.peer.close(code, reason);
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
    if (this.open) this.inbound.push(frame);
  }

  offended(code: CloseCode, reason: string): void {
    this.close(code, reason);
  }

  violated(err: Error): void {
    logger.debug({ msg: 'protocol violation', ...logFieldsOf(this.connection), err });
    if (this.open) this.leave({ how: 'clean' });
  }

  closed(code: number): void {
    void this.ended(code);
  }

  private leave(departure: Departure): void {
    if (this.state.phase === 'authenticating') this.state.deadline();
    this.state = { phase: 'closing', departure };
    this.peer.outbound.accepts = 'nothing';
    this.inbound.clear();
  }

  pause(): void {
    this.peer.pause();
  }

  resume(): void {
    this.peer.resume();
  }

  overlaps(frame: InboundFrame): boolean {
    if (frame.refused || this.state.phase !== 'open') return false;
    const parsed = (frame.parsed ??= parseMessage(frame.text));
    return parsed.ok && this.executor.overlaps(parsed.message.type);
  }

  handle(frame: InboundFrame): void | Promise<void> {
    if (!this.open) return undefined;
    const parsed = (frame.parsed ??= parseMessage(frame.text));
    if (frame.refused) {
      this.answer(
        {
          type: 'error',
          code: 'rate_limited',
          message: 'Too many messages; slow down.',
          retry_after_ms: frame.refused.retryAfterMs,
        },
        refOf(parsed),
      );
      return undefined;
    }
    if (parsed.ok && parsed.message.type === 'ping') {
      this.answer({ type: 'pong', server_time: this.owner.services.clock.date().toISOString() }, parsed.message.ref);
      return undefined;
    }
    if (this.state.phase === 'authenticating') return this.handleBeforeAuthentication(this.state, parsed);
    if (!parsed.ok) {
      const { code, message, details, ref } = parsed;
      this.answer({ type: 'error', code, message, ...(details && { details }) }, ref);
      return undefined;
    }
    if (parsed.message.type === 'auth_token') return this.authentication.renew(parsed.message);
    return this.executor.execute(parsed.message);
  }

  private handleBeforeAuthentication(
    { deadline }: { deadline: () => void },
    parsed: ParsedMessage,
  ): void | Promise<void> {
    if (parsed.ok && parsed.message.type === 'join' && this.input.route.guests)
      return this.enterAsGuest(parsed.message);
    if (!parsed.ok || parsed.message.type !== 'auth_token') {
      this.answer({ type: 'error', code: 'auth_required', message: 'Send auth_token first.' }, refOf(parsed));
      return undefined;
    }
    const { message } = parsed;
    const token = this.authentication.read(message);
    if (token === undefined) return undefined;
    deadline();
    this.state = { phase: 'admitting' };
    const { ref } = message;
    const { clientId } = token;
    const credential: Credential = { kind: 'token', value: token.value };
    return this.enter(() => this.authentication.authenticate(credential, { clientId, ref }), { announce: true, ref });
  }

  /** Without a credential, and with `join` first (section 1.1): a guest, whose `join` is then the gateway's, if it has one. */
  private async enterAsGuest(message: ClientMessage): Promise<void> {
    const welcomed = await this.authentication.welcome(message);
    if (welcomed === undefined || this.state.phase !== 'authenticating') return;
    this.state.deadline();
    this.state = { phase: 'admitting' };
    const { identity, clientId, token } = welcomed;
    const isCommand = this.input.route.commands.has(message.type);
    await this.enter(() => this.authentication.enter(identity, { clientId, ref: message.ref }), {
      announce: true,
      token,
      ref: isCommand ? undefined : message.ref,
    });
    if (isCommand && this.isOpenNow()) await this.executor.execute(message);
  }

  private isOpenNow(): boolean {
    return this.state.phase === 'open';
  }

  /** Authenticates and admits; frames wait until it has been decided. */
  private enter(identify: () => boolean | Promise<boolean>, greeting: Greeting): Promise<void> {
    this.entering = this.decide(identify, greeting).catch((error: unknown) => {
      this.fail(error);
    });
    return this.entering;
  }

  private async decide(identify: () => boolean | Promise<boolean>, { announce, ...greeting }: Greeting): Promise<void> {
    const identified = await identify();
    this.owner.onSettled(this);
    if (!identified || !this.open) return;
    if (announce) this.authentication.announce(greeting);
    if (!this.authentication.watchExpiry()) return;
    this.admissionBegan = true;
    await this.input.route.hooks.admit(this.connection);
    if (this.state.phase !== 'admitting') return;
    this.state = { phase: 'open' };
    this.peer.outbound.accepts = 'all';
  }

  private answer(event: Shape<ErrorEvent> | Shape<PongEvent>, ref?: string): void {
    this.connection.send(ref === undefined ? event : { ...event, ref });
  }

  /** What arrived before a client's goodbye is handled before it: the close handshake has told the client that it came. */
  private async ended(code: number): Promise<void> {
    if (this.open && departureByClient(code).how === 'clean') await this.inbound.idle();
    await this.finish(code);
  }

  private async finish(wireCode: number): Promise<void> {
    const departure = this.state.phase === 'closing' ? this.state.departure : departureByClient(wireCode);
    this.leave(departure);
    this.state = { phase: 'gone' };
    this.authentication.stop();
    this.owner.onSettled(this);
    await this.entering;
    await this.inbound.idle();
    if (this.admissionBegan) await this.depart(departure);
    this.owner.onGone(this, wireCode);
  }

  private async depart(departure: Departure): Promise<void> {
    try {
      await this.input.route.hooks.departed(this.connection, departure);
    } catch (err) {
      logger.error({ msg: 'departure failed', ...logFieldsOf(this.connection), err });
    }
  }
}
