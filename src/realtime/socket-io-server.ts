import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { Server, Socket } from 'socket.io';
import { clientNetwork } from '../infra/http/client-address.js';
import { isOriginAllowed } from '../infra/http/origin-policy.js';
import { ConnectionServices } from './internal/connection-services.js';
import { FragmentLimitedServer } from './internal/fragment-limited-server.js';
import { GatewayFinder } from './internal/gateway-finder.js';
import { Engine, EngineLink } from './internal/socket-io/engine-link.js';
import { packetParser } from './internal/socket-io/packet-parser.js';
import { ConnectRefusal, SocketEntrance } from './internal/socket-io/socket-entrance.js';
import { SocketRoute } from './internal/socket-io/socket-route.js';
import { refuseUpgrade, Upgrade } from './internal/upgrade-router.js';
import { SOCKET_GATEWAY, SocketGatewayHooks, SocketGatewayOptions } from './socket-gateway.js';

const SOCKET_IO_PATH = '/socket.io';
const PREFIX = `${SOCKET_IO_PATH}/`;

/** Stands where Socket.IO expects an HTTP server: what arrives on ours is given to it one by one. */
class Intake extends EventEmitter {
  close(done?: () => void): void {
    done?.();
  }
}

/** The Socket.IO server of this node, on `/socket.io`: our gateways' namespaces, and those of stock gateways beside them. */
@Injectable()
export class SocketIoServer implements OnModuleInit {
  readonly io: Server;
  /** What every Socket.IO server on the port is held to, a stock gateway's too. */
  readonly limits: object;
  private readonly intake = new Intake();
  private readonly routes = new Map<string, SocketRoute>();
  private readonly links = new WeakMap<Engine, EngineLink>();
  private readonly entrance: SocketEntrance;
  private addressOf: (request: IncomingMessage) => string | undefined = () => undefined;

  constructor(
    private readonly services: ConnectionServices,
    private readonly gateways: GatewayFinder,
  ) {
    this.entrance = new SocketEntrance(services, (engine) => this.linkOf(engine));
    this.limits = limitsOf(services);
    this.io = new Server({
      ...this.limits,
      path: SOCKET_IO_PATH,
      serveClient: false,
      parser: packetParser((namespace) => this.routes.has(namespace)),
      connectTimeout: services.settings.WS_AUTH_TIMEOUT_MS,
    });
    this.io.attach(this.intake as never);
    this.io.engine.on('connection', (engine: Engine) => {
      this.linkOf(engine);
    });
    this.refuseUnserved();
  }

  onModuleInit(): void {
    for (const gateway of this.gateways.find(SOCKET_GATEWAY)) {
      const { namespaces } = Reflect.getMetadata(SOCKET_GATEWAY, gateway.constructor) as SocketGatewayOptions;
      const names = typeof namespaces === 'string' ? [namespaces] : namespaces(this.services.settings);
      for (const name of names) this.serve(name, gateway as SocketGatewayHooks);
    }
  }

  /** Adds a namespace that this gateway serves from now on, such as another team's `/my-game`. */
  serve(namespace: string, gateway: SocketGatewayHooks): void {
    if (this.routes.has(namespace)) throw new Error(`The namespace ${namespace} has a gateway already.`);
    const options = Reflect.getMetadata(SOCKET_GATEWAY, gateway.constructor) as SocketGatewayOptions;
    const guests = options.guests === true && this.services.settings.GUESTS_ENABLED;
    const route = new SocketRoute(namespace, gateway, this.gateways.commandsOf(gateway), guests);
    this.routes.set(namespace, route);
    this.services.open.ledger.know(namespace);
    this.io.of(namespace).use((socket, next) => {
      void this.entrance.enter(socket, route).then(next);
    });
    this.io.of(namespace).on('connection', (socket) => {
      this.entrance.opened(socket);
    });
  }

  /** `addressOf`: the client's address, behind the proxies that are trusted. */
  attach(addressOf: (request: IncomingMessage) => string | undefined): void {
    this.addressOf = addressOf;
  }

  /** Takes an HTTP request (polling) that is for it. */
  takeRequest(request: IncomingMessage, response: ServerResponse): boolean {
    if (!request.url?.startsWith(PREFIX)) return false;
    const status = this.services.open.overload(request) ?? this.pendingLimit(request);
    if (status !== undefined && isFirst(request)) response.writeHead(status, { connection: 'close' }).end();
    else this.intake.emit('request', request, response);
    return true;
  }

  /** Takes an upgrade that is for it. */
  takeUpgrade({ request, socket, head }: Upgrade, pathname: string): boolean {
    if (!pathname.startsWith(PREFIX)) return false;
    const status = isFirst(request) ? this.pendingLimit(request) : undefined;
    if (status !== undefined) refuseUpgrade(socket, status);
    else this.intake.emit('upgrade', request, socket, head);
    return true;
  }

  close(): Promise<void> {
    return this.io.close();
  }

  private linkOf(engine: Engine): EngineLink {
    const known = this.links.get(engine);
    if (known) return known;
    const link = new EngineLink(engine, this.networkOf(engine.request), this.services);
    this.links.set(engine, link);
    const { pending } = this.services.open;
    pending.add(link, link.address);
    engine.once('close', () => {
      pending.remove(link);
    });
    return link;
  }

  private pendingLimit(request: IncomingMessage): number | undefined {
    return this.services.open.pending.isFull(this.networkOf(request)) ? 429 : undefined;
  }

  private networkOf(request: IncomingMessage): string {
    return clientNetwork(this.addressOf(request));
  }

  /** Socket.IO has a namespace `/` in any case; without a gateway it is nobody's. */
  private refuseUnserved(): void {
    const root = this.io.of('/');
    root.use((_socket: Socket, next) => {
      const served = this.routes.has('/') || root.listenerCount('connection') > 0;
      next(served ? undefined : new ConnectRefusal('Invalid namespace', { code: 'not_found' }));
    });
  }
}

function limitsOf({ settings, open }: ConnectionServices): object {
  return {
    // Polling starts without an upgrade: the same rules as for upgrades.
    allowRequest: (request: IncomingMessage, answer: (error: null, allowed: boolean) => void) => {
      answer(null, open.refusal(request) === undefined);
    },
    // For browsers on allowed origins; it refuses nobody.
    cors: (
      { headers: { origin, host } }: IncomingMessage,
      answer: (error: null, options: { origin: string[] }) => void,
    ) => {
      answer(null, { origin: origin !== undefined && isOriginAllowed(origin, host, settings) ? [origin] : [] });
    },
    wsEngine: FragmentLimitedServer,
    maxHttpBufferSize: settings.WS_MAX_PAYLOAD_BYTES,
    httpCompression: false,
    pingInterval: settings.WS_HEARTBEAT_INTERVAL_MS,
    pingTimeout: settings.WS_HEARTBEAT_INTERVAL_MS,
  };
}

/** Whether it begins a connection; later ones name the one that they belong to. */
function isFirst({ url = '' }: IncomingMessage): boolean {
  return !/[?&]sid=[^&]/.test(url);
}
