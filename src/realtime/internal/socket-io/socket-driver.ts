import { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { RateLimited, Unavailable } from '../../../common/domain-error.js';
import { ConnectionId } from '../../../common/ids.js';
import { CloseCode } from '../../close-codes.js';
import { CredentialRefused, Identity } from '../../connection-authenticator.js';
import { Departure } from '../../raw-gateway.js';
import { SocketConnection, SocketTransport } from '../../socket-connection.js';
import { SocketGatewayHooks } from '../../socket-gateway.js';
import { ConnectionLife, Driver } from '../connection-life.js';
import { ConnectionServices } from '../connection-services.js';
import { BROKEN, departureByServer, departureOnSocket } from '../departure.js';
import { HELD_BYTES } from '../inbound-queue.js';
import { comebackDelayMs, Departing } from '../open-connections.js';
import { Traffic } from '../traffic-ledger.js';
import { logFieldsOf } from '../log-fields.js';
import { EngineLink, LinkUser } from './engine-link.js';
import { originOf } from './packet-parser.js';
import { SocketEvent, SocketExecutor } from './socket-executor.js';
import { NamespaceOutlet } from './namespace-outlet.js';
import { SocketRoute } from './socket-route.js';
import { SocketSession } from './socket-session.js';

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

/** Drives one client on one namespace: between what Socket.IO and its link say, its life, and its gateway's commands. */
export class SocketDriver implements SocketTransport, Driver<SocketConnection, HeldEvent>, Departing, LinkUser {
  readonly connection: SocketConnection;
  private readonly executor: SocketExecutor;
  private readonly session: SocketSession;
  private readonly life = new ConnectionLife<SocketConnection, HeldEvent>(this);
  readonly outlet: NamespaceOutlet;
  private wakeAdmission: () => void = () => undefined;
  /** Whether Socket.IO has said `connect`: then it says how it ends as well. */
  private connected = false;
  private closedWith: number = BROKEN;
  private leaveNode: () => void = () => undefined;

  constructor(
    private readonly input: SocketDriverInput,
    private readonly services: ConnectionServices,
  ) {
    const { socket, link, route, context, identity } = input;
    this.outlet = new NamespaceOutlet(link, route);
    this.connection = new SocketConnection(socket.id as ConnectionId, route.namespace, context, this);
    this.connection.identify(identity);
    this.session = new SocketSession(this.connection, services);
    this.executor = new SocketExecutor(route, this.connection, this.session, ({ origin, args }, answer) => {
      const stock = args.at(-1);
      if (origin?.id !== undefined) this.outlet.acknowledge(origin.id, [answer]);
      else if (typeof stock === 'function') (stock as (answer: object) => void)(answer);
    });
  }

  get gateway(): string {
    return this.connection.namespace;
  }

  get open(): boolean {
    return this.life.open;
  }

  get traffic(): Traffic {
    return this.outlet.traffic;
  }

  get hooks(): SocketGatewayHooks {
    return this.input.route.hooks;
  }

  /** Resolves once the gateway has admitted it; @throws what admission throws, or why it has ended meanwhile */
  async admit(): Promise<void> {
    this.input.link.add(this);
    this.leaveNode = this.services.open.add(this);
    this.session.watchExpiry();
    const admission = this.life.enter(() => this.life.admit());
    const ended = new Promise<void>((resolve) => {
      this.wakeAdmission = resolve;
    });
    try {
      await Promise.race([admission, ended]);
      if (!this.life.open) throw this.whyRefused();
    } catch (error) {
      void this.life.finish({ how: 'clean' });
      throw error;
    }
  }

  /** Socket.IO has said `connect`. */
  opened(): void {
    const { socket } = this.input;
    this.connected = true;
    socket.once('disconnect', (reason) => {
      this.ended(reason);
    });
    if (!this.life.begin()) {
      // Its session ended, or a stop began, in the moment between.
      socket.disconnect();
      return;
    }
    this.outlet.open();
    socket.use((args, next) => {
      this.receive(args as unknown[], next);
    });
  }

  close(code: CloseCode, reason: string): void {
    if (code === CloseCode.ServerRestart) {
      this.goAway(comebackDelayMs());
      return;
    }
    if (!this.open) return;
    if (code === CloseCode.Unauthenticated)
      this.connection.emit('session_ended', { code: reason === 'expired_token' ? 'expired_token' : 'invalid_token' });
    this.closedWith = code;
    this.end(departureByServer(code));
  }

  /** With all namespaces of its connection. */
  goAway(retryAfterMs: number): void {
    if (this.open) this.input.link.goAway(retryAfterMs);
  }

  sentAway(retryAfterMs: number): void {
    this.closedWith = CloseCode.ServerRestart;
    this.connection.emit('going_away', { retry_after_ms: retryAfterMs });
    this.life.leave(departureByServer(CloseCode.ServerRestart, retryAfterMs));
  }

  cut(): void {
    this.input.link.cut();
  }

  tooSlow(): void {
    this.closedWith = CloseCode.TooSlow;
    this.life.leave(departureByServer(CloseCode.TooSlow));
  }

  linkClosed(): void {
    if (!this.connected) void this.life.finish(departureOnSocket('transport close', this.input.link.closeCode));
  }

  pause(): void {
    this.input.link.pause();
  }

  resume(): void {
    this.input.link.resume();
  }

  leaving(): void {
    this.outlet.close();
    this.wakeAdmission();
  }

  release(): void {
    this.input.link.remove(this);
    this.session.stop();
  }

  gone(): void {
    this.services.open.ledger.gone(this.gateway, this.traffic, this.closedWith);
    this.leaveNode();
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
          this.outlet.acknowledge(id, answers);
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
    this.life.inbound.push({ args, origin, text: origin?.text ?? '', ...refused });
    if (!link.pausable && this.life.inbound.held > MOST_HELD_BYTES) this.close(CloseCode.Flooding, 'flooding');
  }

  /** Sends what is queued, then ends; one that is expected back loses its transport, so that its client comes by itself. */
  private end(departure: Departure): void {
    // Who is being admitted is told by a `connect_error`.
    if (!this.life.leave(departure) || !this.connected) return;
    const { link, socket } = this.input;
    link.flush();
    if (departure.how === 'clean') socket.disconnect();
    const others = [...link.users].some((user) => user !== this);
    if (departure.how === 'broken' || !others) link.engine.close();
  }

  private whyRefused(): Error {
    return this.life.departure?.how === 'clean' ? new CredentialRefused('invalid_token') : new Unavailable();
  }

  private ended(reason: string): void {
    const departure = departureOnSocket(reason, this.input.link.closeCode);
    if (this.open) this.closedWith = departure.how === 'clean' ? CloseCode.Normal : BROKEN;
    void this.life.ended(departure);
  }
}
