import { Logger } from '@nestjs/common';
import { Cancel } from '../../common/clock.js';
import { Connection } from '../connection.js';
import { Departure } from '../raw-gateway.js';
import { SocketConnection } from '../socket-connection.js';
import { InboundFlow, InboundFrame, InboundQueue } from './inbound-queue.js';
import { logFieldsOf } from './log-fields.js';

type State =
  /** Waiting for a credential, under an absolute deadline. */
  | { phase: 'authenticating'; deadline: Cancel }
  /** Credential and admission are being decided; frames are held, in order. */
  | { phase: 'admitting' }
  | { phase: 'open' }
  /** We said goodbye: nothing more is handled. */
  | { phase: 'closing'; departure: Departure }
  | { phase: 'gone' };

/** What a gateway is asked at the beginning of a connection's life, and told at its end. */
interface Doorkeeper<C> {
  admit(connection: C): void | Promise<void>;
  departed(connection: C, departure: Departure): void | Promise<void>;
}

/** Who drives a connection on its transport. */
export interface Driver<C, Frame> extends InboundFlow<Frame> {
  readonly connection: C;
  readonly hooks: Doorkeeper<C>;
  /** It is leaving: from now on it is sent nothing more. */
  leaving(): void;
  /** Gives its places at this node to others; called once, before the gateway cleans up. */
  release(): void;
  /** The gateway has cleaned up. */
  gone(): void;
}

const logger = new Logger('ConnectionLife');

/**
 * The life of a connection on either transport: authenticating → admitting → open → closing → gone. However it ends, its
 * gateway is told once, after the admission has settled and what the client sent before a goodbye has been handled.
 */
export class ConnectionLife<C extends Connection | SocketConnection, Frame extends { text: string } = InboundFrame> {
  readonly inbound: InboundQueue<Frame>;
  private state: State = { phase: 'admitting' };
  private entering: Promise<void> | undefined;
  private admissionBegan = false;

  constructor(private readonly driver: Driver<C, Frame>) {
    this.inbound = new InboundQueue(driver);
  }

  is(phase: State['phase']): boolean {
    return this.state.phase === phase;
  }

  /** Whether it has neither been told to go nor gone. */
  get open(): boolean {
    const { phase } = this.state;
    return phase === 'open' || phase === 'admitting' || phase === 'authenticating';
  }

  /** How we have ended it; undefined: we have not. */
  get departure(): Departure | undefined {
    return this.state.phase === 'closing' ? this.state.departure : undefined;
  }

  awaitCredential(deadline: Cancel): void {
    this.state = { phase: 'authenticating', deadline };
  }

  credentialCame(): void {
    if (this.state.phase !== 'authenticating') return;
    this.state.deadline();
    this.state = { phase: 'admitting' };
  }

  /** Runs what decides whether it may enter, which its end waits for. */
  enter(decision: () => Promise<void>): Promise<void> {
    this.entering = decision();
    return this.entering;
  }

  /** Asks the gateway; @throws what the gateway throws */
  async admit(): Promise<void> {
    this.admissionBegan = true;
    await this.driver.hooks.admit(this.driver.connection);
  }

  /** Has it open; false when it has ended meanwhile. */
  begin(): boolean {
    if (this.state.phase !== 'admitting') return false;
    this.state = { phase: 'open' };
    return true;
  }

  /** We end it, in this way; false when it has ended or is ending. */
  leave(departure: Departure): boolean {
    if (!this.open) return false;
    if (this.state.phase === 'authenticating') this.state.deadline();
    this.state = { phase: 'closing', departure };
    this.inbound.clear();
    this.driver.leaving();
    return true;
  }

  /** The client has ended it. What it sent before a goodbye is handled: the close handshake has told it that it arrived. */
  async ended(departure: Departure): Promise<void> {
    if (this.open && departure.how === 'clean') await this.inbound.idle();
    await this.finish(departure);
  }

  /** Over now; `departure` counts unless we have ended it ourselves before. */
  async finish(departure: Departure): Promise<void> {
    if (this.state.phase === 'gone') return;
    const settled = this.departure ?? departure;
    this.leave(settled);
    this.state = { phase: 'gone' };
    this.driver.release();
    await this.entering?.catch(() => undefined);
    await this.inbound.idle();
    if (this.admissionBegan) await this.depart(settled);
    this.driver.gone();
  }

  private async depart(departure: Departure): Promise<void> {
    const { hooks, connection } = this.driver;
    try {
      await hooks.departed(connection, departure);
    } catch (err) {
      logger.error({ msg: 'departure failed', ...logFieldsOf(connection), err });
    }
  }
}
