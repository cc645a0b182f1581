import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamicModule, Global, Injectable, Module, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { IsInt, IsOptional, IsString } from 'class-validator';
import { CommonModule } from '../../src/common/common.module.js';
import type { SessionId, UserId } from '../../src/common/ids.js';
import { SettingsModule } from '../../src/config/settings.module.js';
import { parseSettings } from '../../src/config/settings.js';
import {
  ConnectionAuthenticator,
  Credential,
  CredentialRefused,
  Identity,
} from '../../src/realtime/connection-authenticator.js';
import { Connection } from '../../src/realtime/connection.js';
import {
  BadHandshake,
  Conn,
  Departure,
  HandshakeRequest,
  RawGateway,
  RawGatewayHooks,
} from '../../src/realtime/raw-gateway.js';
import { RealtimeAdapter } from '../../src/realtime/realtime.adapter.js';
import { RealtimeModule } from '../../src/realtime/realtime.module.js';
import type { WireEvent } from '../../src/realtime/wire.js';

const HOUR_MS = 3_600_000;

/** Knows its users by their tokens: `alice`, `bob`, or `alice/session-2`; `expired` has expired, `slow:…` takes its time. */
@Injectable()
export class EchoAuthenticator extends ConnectionAuthenticator {
  /** Resolves what `slow:` credentials wait for. */
  release: () => void = () => undefined;
  readonly seen: Credential[] = [];
  lifetimeMs = HOUR_MS;
  private readonly gate = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  async authenticate(credential: Credential): Promise<Identity> {
    this.seen.push(credential);
    const slow = credential.value.startsWith('slow:');
    if (slow) await this.gate;
    const name = slow ? credential.value.slice('slow:'.length) : credential.value;
    if (name === 'expired') throw new CredentialRefused('expired_token');
    const [username, session = 'session-1'] = name.split('/');
    if (username !== 'alice' && username !== 'bob') throw new CredentialRefused('invalid_token');
    return {
      userId: username as UserId,
      username,
      sessionId: `${username}/${session}` as SessionId,
      tokenExpiresAt: new Date(Date.now() + this.lifetimeMs),
    };
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
export class EchoGateway implements RawGatewayHooks<{ id: string }> {
  /** Set by tests: what admission does. */
  onAdmit: (connection: Connection<{ id: string }>) => Promise<void> = () => Promise.resolve();
  readonly departures: { connection: Connection<{ id: string }>; departure: Departure }[] = [];
  readonly handled: number[] = [];

  parse({ params, query }: HandshakeRequest): { id: string } {
    if (params['id'] === 'bad') throw new BadHandshake('id is bad');
    return { id: `${params['id'] ?? ''}${query.get('suffix') ?? ''}` };
  }

  async admit(connection: Connection<{ id: string }>): Promise<void> {
    await this.onAdmit(connection);
    connection.send({ type: 'connected', id: connection.context.id, user: connection.user.username });
  }

  departed(connection: Connection<{ id: string }>, departure: Departure): void {
    this.departures.push({ connection, departure });
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
}

@Global()
@Module({
  providers: [EchoAuthenticator, { provide: ConnectionAuthenticator, useExisting: EchoAuthenticator }],
  exports: [EchoAuthenticator, ConnectionAuthenticator],
})
class EchoAuthModule {}

@Module({})
class EchoRootModule {}

export interface EchoApp {
  app: INestApplication;
  wsUrl: string;
  port: number;
  authenticator: EchoAuthenticator;
  gateway: EchoGateway;
  close(): Promise<void>;
}

/** An application with sockets and nothing else: `realtime/` provably knows nothing about chat. */
export async function startEchoApp(env: Record<string, string> = {}, providers: Type[] = []): Promise<EchoApp> {
  const root: DynamicModule = {
    module: EchoRootModule,
    imports: [
      CommonModule,
      SettingsModule.register(parseSettings({ NODE_ENV: 'test', ...env })),
      EchoAuthModule,
      RealtimeModule,
    ],
    providers: [EchoGateway, ...providers],
  };
  const app = await NestFactory.create(root, { logger: false, abortOnError: false });
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return {
    app,
    port,
    wsUrl: `ws://127.0.0.1:${port}`,
    authenticator: app.get(EchoAuthenticator),
    gateway: app.get(EchoGateway),
    close: () => app.close(),
  };
}
