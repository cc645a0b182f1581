import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Settings } from '../config/settings.js';
import { clientAddress } from '../infra/http/client-address.js';
import { frameLimits } from './internal/frame-limits.js';
import { Upgrade } from './internal/upgrade-router.js';
import { RealtimeServer } from './realtime-server.js';
import { SocketIoServer } from './socket-io-server.js';

interface GatewayOptions {
  transport?: string;
  path?: string;
  [option: string]: unknown;
}

interface StockServer {
  path: string;
  handleUpgrade(
    request: Upgrade['request'],
    socket: Upgrade['socket'],
    head: Buffer,
    done: (ws: unknown) => void,
  ): void;
  emit(event: 'connection', ws: unknown, request: Upgrade['request']): void;
}

const SOCKET_IO_PATH = '/socket.io';

type UpgradeListener = (request: Upgrade['request'], socket: Upgrade['socket'], head: Buffer) => void;
type TrustProxy = (address: string, hop: number) => boolean;

/**
 * Raw gateways, Socket.IO and Nest's stock gateways on one HTTP port. One upgrade router owns the `upgrade` event: it gives
 * Socket.IO its own, so that one refusal (draining, origin) holds for all, and foreign upgrades are safe. Stock Socket.IO
 * gateways share our server, unless they name a path of their own.
 */
export class RealtimeAdapter extends WsAdapter {
  private readonly io: IoAdapter;
  /** Never `instanceof`: npm may nest a second copy of socket.io or ws. */
  private readonly ioServers = new WeakSet();
  private readonly settings: Settings;
  private readonly raw: RealtimeServer;
  private readonly http: Server;
  private readonly sockets: SocketIoServer;
  /** The upgrade listeners of stock Socket.IO servers at paths of their own. */
  private readonly ioUpgrades = new Map<string, UpgradeListener[]>();

  constructor(app: INestApplication) {
    super(app);
    this.io = new IoAdapter(app);
    this.settings = app.get(Settings);
    this.raw = app.get(RealtimeServer);
    this.http = app.getHttpServer() as Server;
    this.sockets = app.get(SocketIoServer);
    this.ioServers.add(this.sockets.io);
    const express = app.getHttpAdapter().getInstance() as RequestListener & { get(setting: string): unknown };
    const addressOf = (request: IncomingMessage) => clientAddress(request, express.get('trust proxy fn') as TrustProxy);
    this.raw.attach(this.http, {
      takeNeighbour: (upgrade, pathname) =>
        this.sockets.takeUpgrade(upgrade, pathname) ||
        this.takeSocketIo(upgrade, pathname) ||
        this.takeStock(upgrade, pathname),
      addressOf,
    });
    this.sockets.attach(addressOf);
    // Before the application's routes, in their listener's place: what follows a connection's requests goes on.
    this.http.off('request', express);
    this.http.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.sockets.takeRequest(request, response)) express(request, response);
    });
  }

  override create(port: number, options: GatewayOptions): object {
    const { transport, ...rest } = options;
    if (transport !== 'socket.io')
      return super.create(port, { ...frameLimits(this.settings), ...rest } as never) as object;
    if (rest.path === undefined || rest.path.replace(/\/$/, '') === SOCKET_IO_PATH) return this.shared(rest);
    const before = this.http.listeners('upgrade');
    const server = this.io.create(port, {
      ...rest,
      ...this.sockets.limits,
      destroyUpgrade: false,
    } as never) as object;
    this.ioServers.add(server);
    this.adoptUpgrades(rest.path, before);
    return server;
  }

  override bindClientConnect(server: object, callback: (...args: unknown[]) => void): void {
    if (this.isIo(server)) this.io.bindClientConnect(server, callback);
    else super.bindClientConnect(server, callback);
  }

  override bindClientDisconnect(client: object, callback: (...args: unknown[]) => void): void {
    if (this.isIo(client)) this.io.bindClientDisconnect(client as never, callback);
    else super.bindClientDisconnect(client, callback);
  }

  override bindMessageHandlers(
    client: object,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    if (this.isIo(client)) this.io.bindMessageHandlers(client as never, handlers, transform as never);
    else super.bindMessageHandlers(client, handlers, transform as never);
  }

  override async close(server: object): Promise<void> {
    if (server === this.sockets.io) await this.sockets.close();
    else if (this.isIo(server)) await this.io.close(server as never);
    else await super.close(server);
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    await this.io.dispose();
    await this.sockets.close();
  }

  /** The upgrade router delivers upgrades; the base class must not listen for them as well. */
  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (httpServer !== undefined) this.httpServersRegistry.set(port, httpServer);
    return httpServer;
  }

  private shared({ namespace }: GatewayOptions): object {
    if (namespace === undefined) return this.sockets.io;
    const server = this.sockets.io.of(namespace as string);
    this.ioServers.add(server);
    return server;
  }

  private adoptUpgrades(path: string, before: unknown[]): void {
    const added = this.http.listeners('upgrade').filter((listener) => !before.includes(listener)) as UpgradeListener[];
    for (const listener of added) this.http.off('upgrade', listener);
    const prefix = `${path.replace(/\/$/, '')}/`;
    this.ioUpgrades.set(prefix, [...(this.ioUpgrades.get(prefix) ?? []), ...added]);
  }

  private takeSocketIo({ request, socket, head }: Upgrade, pathname: string): boolean {
    for (const [prefix, listeners] of this.ioUpgrades) {
      if (!pathname.startsWith(prefix)) continue;
      for (const listener of listeners) listener.call(this.http, request, socket, head);
      return true;
    }
    return false;
  }

  private takeStock({ request, socket, head }: Upgrade, pathname: string): boolean {
    const servers = [...(this.wsServersRegistry as Map<number, StockServer[]>).values()].flat();
    const target = servers.find(({ path }) => path === pathname);
    target?.handleUpgrade(request, socket, head, (ws) => {
      target.emit('connection', ws, request);
    });
    return target !== undefined;
  }

  private isIo(target: object): boolean {
    return this.ioServers.has(target) || 'nsp' in target;
  }
}
