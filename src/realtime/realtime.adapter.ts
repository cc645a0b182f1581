import type { Server } from 'node:http';
import { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Settings } from '../config/settings.js';
import { isOriginAllowed } from '../infra/http/origin-policy.js';
import { Upgrade } from './internal/upgrade-router.js';
import { RealtimeServer } from './realtime-server.js';

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

/**
 * Raw gateways, Socket.IO and Nest's stock `ws` gateways on one HTTP port. One upgrade router owns the `upgrade` event;
 * Socket.IO's own listener sees only its path and must leave foreign upgrades alone (`destroyUpgrade: false`).
 */
export class RealtimeAdapter extends WsAdapter {
  private readonly io: IoAdapter;
  /** Never `instanceof`: npm may nest a second copy of socket.io or ws. */
  private readonly ioServers = new WeakSet();
  private readonly settings: Settings;
  private hasSocketIo = false;

  constructor(app: INestApplication) {
    super(app);
    this.io = new IoAdapter(app);
    this.settings = app.get(Settings);
    app.get(RealtimeServer).attach(app.getHttpServer() as Server, {
      isForeign: (pathname) => this.hasSocketIo && isSocketIo(pathname),
      takeStock: (upgrade, pathname) => this.takeStock(upgrade, pathname),
    });
  }

  override create(port: number, options: GatewayOptions): object {
    const { transport, ...rest } = options;
    if (transport !== 'socket.io') return super.create(port, rest as never) as object;
    this.hasSocketIo = true;
    const server = this.io.create(port, {
      ...rest,
      path: rest.path ?? SOCKET_IO_PATH,
      destroyUpgrade: false,
      allowRequest: this.allowRequest,
    } as never) as object;
    this.ioServers.add(server);
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
    if (this.isIo(server)) await this.io.close(server as never);
    else await super.close(server);
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    await this.io.dispose();
  }

  /** The upgrade router delivers upgrades; the base class must not listen for them as well. */
  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (httpServer !== undefined) this.httpServersRegistry.set(port, httpServer);
    return httpServer;
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
    return this.ioServers.has(target) || 'nsp' in target || 'nsps' in target || '_nsps' in target;
  }

  /** The same origin rule as for raw upgrades: Socket.IO's `cors` alone does not stop a WebSocket from an evil origin. */
  private readonly allowRequest = (
    request: Upgrade['request'],
    answer: (error: string | null, allowed: boolean) => void,
  ): void => {
    answer(null, isOriginAllowed(request.headers.origin, request.headers.host, this.settings));
  };
}

function isSocketIo(pathname: string): boolean {
  return pathname.startsWith(`${SOCKET_IO_PATH}/`);
}
