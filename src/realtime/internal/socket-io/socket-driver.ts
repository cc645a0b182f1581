import { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { RateLimited, Unavailable } from '../../../common/domain-error.js';
import { ConnectionId } from '../../../common/ids.js';
import { Urgency } from '../../client-connection.js';
import { CloseCode } from '../../close-codes.js';
import { CredentialRefused, Identity } from '../../connection-authenticator.js';
import { Departure } from '../../raw-gateway.js';
import { SocketConnection, SocketTransport } from '../../socket-connection.js';
import { eventText } from '../../socket-wire.js';
import { WireText } from '../../wire.js';
import { ConnectionServices } from '../connection-services.js';
import { departureByClient, departureByServer } from '../departure.js';
import { HELD_BYTES, InboundFlow, InboundQueue } from '../inbound-queue.js';
import { comebackDelayMs, Departing } from '../open-connections.js';
import { Traffic } from '../traffic-ledger.js';
import { logFieldsOf } from '../log-fields.js';
import { EngineLink, LinkUser } from './engine-link.js';
import { originOf } from './packet-parser.js';
import { SocketEvent, SocketExecutor } from './socket-executor.js';
import { packetFrame, SocketRoute } from './socket-route.js';
import { SocketSession } from './socket-session.js';

type State =
  /** Being decided; what it is sent waits for `connect`. */
  | { phase: 'admitting'; held: WireText[] }
  | { phase: 'open' }
  | { phase: 'closing'; departure: Departure }
  | { phase: 'gone' };

interface HeldEvent extends SocketEvent {
  text: string;
  refused?: { retryAfterMs: number };
}

export interface SocketDriverInput {
  socket: Socket;
  link: EngineLink;
  route: SocketRoute;
  context: unknown;
  identity: Identity;
}

const logger = new Logger('SocketDriver');
/** Of events that wait while nothing can be paused. */
const MOST_HELD_BYTES = 4 * HELD_BYTES;

/**
 * Drives one client on one namespace through its life: admit, handle its events one at a time, close, clean up once.
 * Whatever fails on the way ends in `finish`.
 */
export class SocketDriver implements SocketTransport, InboundFlow<HeldEvent>, Departing, LinkUser {
  readonly connection: SocketConnection;
  private readonly inbound: InboundQueue<HeldEvent>;
  private readonly executor: SocketExecutor;
  private readonly session: SocketSession;
  private state: State = { phase: 'admitting', held: [] };
  private admission: Promise<void> | undefined;
  private wakeAdmission: () => void = () => undefined;
  /** Whether Socket.IO has said `connect`: then it says how it ends as well. */
  private connected = false;
  /** As on raw WebSocket; 1006: it broke. */
  private closedWith = 1006;
  private leaveNode: () => void = () => undefined;
  readonly traffic: Traffic = { received: 0, sent: 0, sentBytes: 0 };

  constructor(
    private readonly input: SocketDriverInput,
    private readonly services: ConnectionServices,
  ) {
    const { socket, route, context, identity } = input;
    this.connection = new SocketConnection(socket.id as ConnectionId, route.namespace, context, this);
    this.connection.identify(identity);
    this.inbound = new InboundQueue(this);
    this.session = new SocketSession(this.connection, services);
    this.executor = new SocketExecutor(route, this.connection, this.session, ({ origin, args }, answer) => {
      const stock = args.at(-1);
      if (origin?.id !== undefined) this.acknowledge(origin.id, answer);
      else if (typeof stock === 'function') (stock as (answer: object) => void)(answer);
    });
  }

  get gateway(): string {
    return this.connection.namespace;
  }

  get open(): boolean {
    return this.state.phase === 'admitting' || this.state.phase === 'open';
  }

  /** Resolves once the gateway has admitted it; @throws what admission throws, or why it has ended meanwhile */
  async admit(): Promise<void> {
    this.input.link.add(this);
    this.leaveNode = this.services.open.add(this);
    this.session.watchExpiry();
    this.admission = (async () => {
      await this.input.route.hooks.admit(this.connection);
    })();
    const ended = new Promise<void>((resolve) => {
      this.wakeAdmission = resolve;
    });
    try {
      await Promise.race([this.admission, ended]);
      if (this.state.phase !== 'admitting') throw this.whyRefused();
    } catch (error) {
      void this.finish({ how: 'clean' });
      throw error;
    }
  }

  /** Socket.IO has said `connect`. */
  opened(): void {
    const { socket } = this.input;
    this.connected = true;
    socket.once('disconnect', (reason) => {
      void this.ended(reason);
    });
    if (this.state.phase !== 'admitting') {
      // Its session ended, or a stop began, in the moment between.
      socket.disconnect();
      return;
    }
    const { held } = this.state;
    this.state = { phase: 'open' };
    for (const text of held) this.push(text, 'durable');
    socket.use((args, next) => {
      this.receive(args as unknown[], next);
    });
  }

  get behind(): boolean {
    return this.state.phase === 'open' && this.input.link.behind;
  }

  caughtUp(): Promise<void> {
    return this.input.link.caughtUp();
  }

  drained(): Promise<void> {
    return this.input.link.drained();
  }

  push(text: WireText, urgency: Urgency): void {
    const { link, route } = this.input;
    if (this.state.phase === 'open') this.sent(link.push(route.eventPrefix, text, route.eventFrame, urgency));
    else if (this.state.phase === 'admitting' && urgency === 'durable') this.state.held.push(text);
  }

  close(code: CloseCode, reason: string): void {
    if (code === CloseCode.ServerRestart) {
      this.goAway(comebackDelayMs());
      return;
    }
    if (code === CloseCode.Unauthenticated)
      this.push(
        eventText('session_ended', { code: reason === 'expired_token' ? 'expired_token' : 'invalid_token' }),
        'durable',
      );
    this.closedWith = code;
    this.end(departureByServer(code));
  }

  /** With all namespaces of its connection. */
  goAway(retryAfterMs: number): void {
    if (this.open) this.input.link.goAway(retryAfterMs);
  }

  sentAway(retryAfterMs: number): void {
    this.closedWith = CloseCode.ServerRestart;
    this.push(eventText('going_away', { retry_after_ms: retryAfterMs }), 'durable');
    this.leave(departureByServer(CloseCode.ServerRestart, retryAfterMs));
  }

  cut(): void {
    this.input.link.cut();
  }

  tooSlow(): void {
    this.closedWith = CloseCode.TooSlow;
    this.leave(departureByServer(CloseCode.TooSlow));
  }

  linkClosed(): void {
    if (!this.connected) void this.finish(this.departureFrom('transport close'));
  }

  pause(): void {
    this.input.link.pause();
  }

  resume(): void {
    this.input.link.resume();
  }

  overlaps(): boolean {
    return false;
  }

  fail(error: unknown): void {
    logger.error({ msg: 'connection failed', ...logFieldsOf(this.connection), err: error });
    this.close(CloseCode.Internal, 'internal error');
  }

  handle(event: HeldEvent): void | Promise<void> {
    if (!this.open) return undefined;
    if (!event.refused) return this.executor.execute(event);
    this.executor.fail(event, new RateLimited(event.refused.retryAfterMs));
    return undefined;
  }

  private receive(args: unknown[], next: () => void): void {
    if (!this.open) return;
    const { link, route, socket } = this.input;
    this.traffic.received += 1;
    const event = args[0] as string;
    const origin = originOf(args);
    // A stock gateway on the same namespace has its own events.
    if (!route.commands.has(event) && event !== 'error' && socket.listenerCount(event) > 0) {
      const { id } = origin ?? {};
      if (id !== undefined)
        args.push((...answers: unknown[]) => {
          this.acknowledge(id, ...answers);
        });
      next();
      return;
    }
    const verdict = link.bucket.take(this.services.clock.now());
    if (!verdict.allowed && verdict.flooding) {
      this.close(CloseCode.Flooding, 'flooding');
      return;
    }
    const refused = verdict.allowed ? {} : { refused: { retryAfterMs: verdict.retryAfterMs } };
    this.inbound.push({ args, origin, text: origin?.text ?? '', ...refused });
    if (!link.pausable && this.inbound.held > MOST_HELD_BYTES) this.close(CloseCode.Flooding, 'flooding');
  }

  private sent(bytes: number): void {
    this.traffic.sent += 1;
    this.traffic.sentBytes += bytes;
  }

  private acknowledge(id: number, ...answers: unknown[]): void {
    const { link, route } = this.input;
    const text = [`${route.ackPrefix}${id}${JSON.stringify(answers)}`];
    if (this.state.phase === 'open') this.sent(link.push('', text, packetFrame, 'durable'));
  }

  /** Sends what is queued, then ends; one that is expected back loses its transport, so that its client comes by itself. */
  private end(departure: Departure): void {
    // Who is being admitted is told by a `connect_error`.
    if (!this.leave(departure) || !this.connected) return;
    const { link, socket } = this.input;
    link.flush();
    if (departure.how === 'clean') socket.disconnect();
    const others = [...link.users].some((user) => user !== this);
    if (departure.how === 'broken' || !others) link.engine.close();
  }

  private leave(departure: Departure): boolean {
    if (!this.open) return false;
    this.state = { phase: 'closing', departure };
    this.inbound.clear();
    this.wakeAdmission();
    return true;
  }

  private whyRefused(): Error {
    const isOver = this.state.phase === 'closing' && this.state.departure.how === 'clean';
    return isOver ? new CredentialRefused('invalid_token') : new Unavailable();
  }

  /** What arrived before a client's goodbye is handled before it. */
  private async ended(reason: string): Promise<void> {
    const departure = this.departureFrom(reason);
    if (this.open) this.closedWith = departure.how === 'clean' ? CloseCode.Normal : 1006;
    if (this.open && departure.how === 'clean') await this.inbound.idle();
    await this.finish(departure);
  }

  private departureFrom(reason: string): Departure {
    if (reason === 'transport close') return departureByClient(this.input.link.closeCode ?? 1006);
    const clean =
      reason === 'client namespace disconnect' || reason === 'forced server close' || reason === 'parse error';
    return clean ? { how: 'clean' } : { how: 'broken', extraGraceMs: 0 };
  }

  private async finish(byClient: Departure): Promise<void> {
    if (this.state.phase === 'gone') return;
    const departure = this.state.phase === 'closing' ? this.state.departure : byClient;
    this.state = { phase: 'gone' };
    this.inbound.clear();
    this.wakeAdmission();
    this.input.link.remove(this);
    this.session.stop();
    this.services.registry.remove(this.connection);
    this.services.open.guests.remove(this.connection);
    await this.admission?.catch(() => undefined);
    await this.inbound.idle();
    if (this.admission) await this.depart(departure);
    this.services.open.ledger.gone(this.gateway, this.traffic, this.closedWith);
    this.leaveNode();
  }

  private async depart(departure: Departure): Promise<void> {
    try {
      await this.input.route.hooks.departed(this.connection, departure);
    } catch (err) {
      logger.error({ msg: 'departure failed', ...logFieldsOf(this.connection), err });
    }
  }
}
