import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamicModule, Global, Injectable, Module, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { ClusterModule } from '../../src/cluster/cluster.module.js';
import { Clock } from '../../src/common/clock.js';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import { CommonModule } from '../../src/common/common.module.js';
import { DomainEvents } from '../../src/common/domain-events.js';
import { Ids, SessionId, UserId } from '../../src/common/ids.js';
import { Unavailable } from '../../src/common/domain-error.js';
import { SettingsModule } from '../../src/config/settings.module.js';
import { parseSettings } from '../../src/config/settings.js';
import { MetricsModule } from '../../src/infra/observability/metrics.module.js';
import {
  ConnectionAuthenticator,
  Credential,
  CredentialRefused,
  Identity,
  NewGuest,
} from '../../src/realtime/connection-authenticator.js';
import { RealtimeAdapter } from '../../src/realtime/realtime.adapter.js';
import { RealtimeModule } from '../../src/realtime/realtime.module.js';
import { EchoGateway } from './echo-gateway.js';
import { SocketEchoGateway } from './socket-echo-gateway.js';

const HOUR_MS = 3_600_000;
const GUEST = 'guest:';

/** Knows its users by their tokens: `alice`, `bob`, or `alice/session-2`; `expired` has expired, `slow:…` takes its time. */
@Injectable()
class EchoAuthenticator extends ConnectionAuthenticator {
  /** Resolves what `slow:` credentials wait for. */
  release: () => void = () => undefined;
  readonly seen: Credential[] = [];
  lifetimeMs = HOUR_MS;
  private readonly gate = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(private readonly clock: Clock) {
    super();
  }

  async authenticate(credential: Credential): Promise<Identity> {
    this.seen.push(credential);
    const slow = credential.value.startsWith('slow:');
    if (slow) await this.gate;
    const name = slow ? credential.value.slice('slow:'.length) : credential.value;
    if (name === 'unavailable') throw new Unavailable();
    if (name === 'broken') throw new Error('secret detail');
    if (name === 'expired') throw new CredentialRefused('expired_token');
    if (name.startsWith(GUEST)) return this.guest(name.slice(GUEST.length));
    const [username, session = 'session-1'] = name.split('/');
    if (username !== 'alice' && username !== 'bob') throw new CredentialRefused('invalid_token');
    return {
      userId: username as UserId,
      username,
      sessionId: `${username}/${session}` as SessionId,
      tokenExpiresAt: new Date(this.clock.now() + this.lifetimeMs),
    };
  }

  /** As the wish says; its token is `guest:` and its name. */
  welcome(username: unknown): Promise<NewGuest> {
    const name = String(username);
    return Promise.resolve({ identity: this.guest(name), token: `${GUEST}${name}` });
  }

  private guest(name: string): Identity {
    const id = `${name} (guest)`;
    const tokenExpiresAt = new Date(this.clock.now() + this.lifetimeMs);
    return { userId: id as UserId, username: id, sessionId: id as SessionId, tokenExpiresAt, guest: true };
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

interface EchoOptions {
  /** Gateways and guards of the test. */
  providers?: Type[];
  clock?: Clock;
  configure?: (app: INestApplication) => void;
}

/** What CommonModule provides, with a clock that the test moves. */
const commonWith = (clock: Clock): DynamicModule => ({
  module: EchoRootModule,
  global: true,
  providers: [{ provide: Clock, useValue: clock }, Ids, DomainEvents, BackgroundTasks],
  exports: [Clock, Ids, DomainEvents, BackgroundTasks],
});

export interface EchoApp {
  app: INestApplication;
  wsUrl: string;
  port: number;
  authenticator: EchoAuthenticator;
  gateway: EchoGateway;
  sockets: SocketEchoGateway;
  close(): Promise<void>;
}

/** An application with sockets and nothing else: `realtime/` provably knows nothing about chat. */
export async function startEchoApp(
  env: Record<string, string> = {},
  { providers = [], clock, configure = () => undefined }: EchoOptions = {},
): Promise<EchoApp> {
  const root: DynamicModule = {
    module: EchoRootModule,
    imports: [
      clock ? commonWith(clock) : CommonModule,
      SettingsModule.register(parseSettings({ NODE_ENV: 'test', ...env })),
      MetricsModule,
      ClusterModule,
      EchoAuthModule,
      RealtimeModule,
    ],
    providers: [EchoGateway, SocketEchoGateway, ...providers],
  };
  const app = await NestFactory.create(root, { logger: false, abortOnError: false });
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  configure(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  return {
    app,
    port,
    wsUrl: `ws://127.0.0.1:${port}`,
    authenticator: app.get(EchoAuthenticator),
    gateway: app.get(EchoGateway),
    sockets: app.get(SocketEchoGateway),
    close: () => app.close(),
  };
}
