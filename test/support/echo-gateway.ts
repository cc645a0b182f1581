import {
  CallHandler,
  CanActivate,
  ExecutionContext,
  Injectable,
  NestInterceptor,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { map, Observable } from 'rxjs';
import { RateLimited } from '../../src/common/domain-error.js';
import { Connection } from '../../src/realtime/connection.js';
import {
  BadHandshake,
  Conn,
  Departure,
  HandshakeRequest,
  RawGateway,
  RawGatewayHooks,
} from '../../src/realtime/raw-gateway.js';
import type { WireEvent } from '../../src/realtime/wire.js';

interface EchoContext {
  id: string;
}

type EchoConnection = Connection<EchoContext>;

/** As a guard of a stock gateway would read it: the client of the context. */
@Injectable()
class OnlyBobGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<Connection>().user.username === 'bob';
  }
}

@Injectable()
class StampInterceptor implements NestInterceptor<WireEvent, WireEvent> {
  intercept(_context: ExecutionContext, next: CallHandler<WireEvent>): Observable<WireEvent> {
    return next.handle().pipe(map((event) => ({ ...event, stamped: true })));
  }
}

export class EchoCommand {
  @IsInt()
  n!: number;

  @IsOptional()
  @IsString()
  note?: string;
}

/** A gateway of no product at all: what `realtime/` promises is tested on it. */
@RawGateway('/ws/echo/:id')
export class EchoGateway implements RawGatewayHooks<EchoContext> {
  /** Set by tests: what admission does. */
  onAdmit: (connection: EchoConnection) => Promise<void> = () => Promise.resolve();
  /** What the query's `?parse=fail` throws, and what clean-up does. */
  onParse: () => void = () => undefined;
  onDeparted: () => void | Promise<void> = () => undefined;
  readonly departures: { connection: EchoConnection; departure: Departure }[] = [];
  readonly handled: number[] = [];

  parse({ params, query }: HandshakeRequest): EchoContext {
    this.onParse();
    if (params['id'] === 'bad') throw new BadHandshake('id is bad');
    if ((params['id']?.length ?? 0) > 128) throw new BadHandshake('id is too long');
    return { id: `${params['id'] ?? ''}${query.get('suffix') ?? ''}` };
  }

  async admit(connection: EchoConnection): Promise<void> {
    await this.onAdmit(connection);
    connection.send({ type: 'connected', id: connection.context.id, user: connection.user.username });
  }

  departed(connection: EchoConnection, departure: Departure): void | Promise<void> {
    this.departures.push({ connection, departure });
    return this.onDeparted();
  }

  /** How the connections to this id ended. */
  departuresOf(id: string): Departure[] {
    return this.departures.filter(({ connection }) => connection.context.id === id).map(({ departure }) => departure);
  }

  @SubscribeMessage('echo')
  echo(@Conn() connection: Connection, @MessageBody() command: EchoCommand): WireEvent {
    this.handled.push(command.n);
    return { type: 'echoed', n: command.n, user: connection.user.username, fields: Object.keys(command) };
  }

  /** Slower for smaller numbers: only handling one at a time keeps the order. */
  @SubscribeMessage('later')
  async later(@MessageBody() { n }: EchoCommand): Promise<WireEvent> {
    await new Promise((resolve) => setTimeout(resolve, n));
    this.handled.push(n);
    return { type: 'echoed', n };
  }

  @SubscribeMessage('quiet')
  quiet(): undefined {
    return undefined;
  }

  @SubscribeMessage('throw')
  fail(): never {
    throw new Error('secret detail');
  }

  @SubscribeMessage('reject')
  async failLater(): Promise<never> {
    await Promise.resolve();
    throw new Error('secret detail');
  }

  @SubscribeMessage('refuse')
  refuse(): never {
    throw new RateLimited(1234);
  }

  @UseGuards(OnlyBobGuard)
  @SubscribeMessage('guarded')
  guarded(): WireEvent {
    return { type: 'guarded' };
  }

  @UseInterceptors(StampInterceptor)
  @SubscribeMessage('intercepted')
  intercepted(@Conn() connection: Connection, @MessageBody() { n }: EchoCommand): WireEvent {
    return { type: 'intercepted', n, user: connection.user.username };
  }

  @SubscribeMessage('piped')
  piped(@Conn() connection: Connection, @MessageBody('n', ParseIntPipe) n: number): WireEvent {
    return { type: 'piped', n, user: connection.user.username };
  }

  /** As much as is asked for, at once. */
  @SubscribeMessage('burst')
  burst(@Conn() connection: Connection, @MessageBody() { n }: EchoCommand): undefined {
    for (let i = 0; i < n; i++) connection.send({ type: 'chunk', i, text: 'x'.repeat(1000) });
    return undefined;
  }
}
