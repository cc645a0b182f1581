import { CanActivate, ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import { Forbidden, RateLimited } from '../../src/common/domain-error.js';
import { Conn, Departure } from '../../src/realtime/raw-gateway.js';
import { RawJson, Verbatim } from '../../src/realtime/raw-json.js';
import { SocketConnection } from '../../src/realtime/socket-connection.js';
import {
  SocketFailure,
  SocketGateway,
  SocketGatewayHooks,
  SocketHandshake,
} from '../../src/realtime/socket-gateway.js';

interface SocketEchoContext {
  name: string;
}

type EchoConnection = SocketConnection<SocketEchoContext>;

@Injectable()
class OnlyBobGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<SocketConnection>().user.username === 'bob';
  }
}

export class SocketEchoCommand {
  @IsInt()
  n!: number;

  @IsOptional()
  @IsString()
  note?: string;
}

export class VerbatimCommand {
  @Verbatim()
  @IsObject()
  body!: RawJson;
}

/** A Socket.IO gateway of no product at all: what `realtime/` promises is tested on it. */
@SocketGateway({ namespaces: '/echo' })
export class SocketEchoGateway implements SocketGatewayHooks<SocketEchoContext> {
  onAdmit: (connection: EchoConnection) => void | Promise<void> = () => undefined;
  onDeparted: () => void | Promise<void> = () => undefined;
  readonly departures: { connection: EchoConnection; departure: Departure }[] = [];
  readonly handled: number[] = [];
  readonly failures: SocketFailure[] = [];

  parse({ auth, query }: SocketHandshake): SocketEchoContext {
    if (query.get('name') === 'bad') throw new Forbidden('name is bad');
    return { name: typeof auth['name'] === 'string' ? auth['name'] : (query.get('name') ?? '') };
  }

  async admit(connection: EchoConnection): Promise<void> {
    connection.emit('welcome', { user: connection.user.username });
    await this.onAdmit(connection);
  }

  departed(connection: EchoConnection, departure: Departure): void | Promise<void> {
    this.departures.push({ connection, departure });
    return this.onDeparted();
  }

  failed(connection: EchoConnection, failure: SocketFailure): undefined {
    this.failures.push(failure);
    connection.emit('failed', { event: failure.event, code: failure.code });
  }

  @SubscribeMessage('echo')
  echo(@Conn() connection: EchoConnection, @MessageBody() command: SocketEchoCommand): object {
    this.handled.push(command.n);
    return { n: command.n, user: connection.user.username, fields: Object.keys(command) };
  }

  /** Slower for smaller numbers: only handling one at a time keeps the order. */
  @SubscribeMessage('later')
  async later(@MessageBody() { n }: SocketEchoCommand): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, n));
    this.handled.push(n);
    return { n };
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
  guarded(): object {
    return { guarded: true };
  }

  /** To the sender, exactly as it was sent. */
  @SubscribeMessage('relay')
  relay(@Conn() connection: EchoConnection, @MessageBody() { body }: VerbatimCommand): void {
    connection.emit('relayed', { from: connection.id, body });
  }

  /** As much as is asked for, at once. */
  @SubscribeMessage('burst')
  burst(@Conn() connection: EchoConnection, @MessageBody() { n }: SocketEchoCommand): void {
    for (let i = 0; i < n; i++) connection.emit('chunk', { i, text: 'x'.repeat(1000) });
  }
}
