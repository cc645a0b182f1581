import type { IncomingMessage, Server } from 'node:http';
import { BeforeApplicationShutdown, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator } from '@nestjs/core';
import { WebSocketServer } from 'ws';
import { Cancel, Clock } from '../common/clock.js';
import { Ids } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import { isOriginAllowed } from '../infra/http/origin-policy.js';
import { ConnectionAuthenticator } from './connection-authenticator.js';
import { ConnectionRegistry } from './connection-registry.js';
import { dispatchTable } from './internal/command-dispatcher.js';
import { ConnectionDriver } from './internal/connection-driver.js';
import { BEARER_SUBPROTOCOL, upgradeCredential } from './internal/credential.js';
import { GatewayRoute, RouteMatch, RouteTable } from './internal/gateway-route.js';
import { Heartbeat } from './internal/heartbeat.js';
import { PendingConnections } from './internal/pending-connections.js';
import { refuseUpgrade, Upgrade, UpgradeRouter, UpgradeTargets } from './internal/upgrade-router.js';
import { BadHandshake, RAW_GATEWAY, RawGatewayHooks, RawGatewayOptions } from './raw-gateway.js';

// Autobahn sends texts in one-byte fragments, and so may a client; 128 fragments hold the longest of those.
const MAX_FRAGMENTS = 128;
const MAX_BUFFERED_CHUNKS = 4096;
/** Clients of a planned stop come back within this time, spread out. */
const COMEBACK_SPREAD_MS = 5000;
const WAVES = 20;

/** The raw WebSocket server of this node: accepts, drives and drains its connections. */
@Injectable()
export class RealtimeServer implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(RealtimeServer.name);
  private readonly drivers = new Map<ConnectionDriver, Cancel>();
  private readonly pending = new PendingConnections();
  private readonly heartbeat: Heartbeat;
  private readonly wss: WebSocketServer;
  private routes = new RouteTable([]);
  private draining = false;
  private drained: () => void = () => undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly registry: ConnectionRegistry,
    private readonly authenticator: ConnectionAuthenticator,
    private readonly discovery: DiscoveryService,
    private readonly contexts: ExternalContextCreator,
  ) {
    this.heartbeat = new Heartbeat(clock, settings.WS_HEARTBEAT_INTERVAL_MS);
    this.wss = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.WS_MAX_PAYLOAD_BYTES,
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_BUFFERED_CHUNKS,
      handleProtocols: (protocols) => (protocols.has(BEARER_SUBPROTOCOL) ? BEARER_SUBPROTOCOL : false),
    });
  }

  /** How many raw connections this node holds. */
  get size(): number {
    return this.drivers.size;
  }

  onModuleInit(): void {
    const gateways = this.discovery
      .getProviders()
      .filter(({ metatype }) => metatype && Reflect.hasMetadata(RAW_GATEWAY, metatype));
    this.routes = new RouteTable(gateways.map(({ instance }) => this.routeOf(instance as RawGatewayHooks)));
  }

  /** Takes the upgrades of this HTTP server; `neighbours` are the other servers on the port, with paths of their own. */
  attach(server: Server, neighbours: Pick<UpgradeTargets, 'isForeign' | 'takeStock'>): void {
    const router = new UpgradeRouter({
      ...neighbours,
      routes: () => this.routes,
      refusal: (request) => this.refusal(request),
      accept: (upgrade, found, query) => {
        this.accept(upgrade, found, query);
      },
    });
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      router.handle({ request, socket, head });
    });
  }

  /** Says `going_away` to everyone, closes in waves, and resolves when every gateway has cleaned up (section 1, 1012). */
  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    this.heartbeat.stop();
    if (this.drivers.size === 0) return;
    this.logger.log({ msg: 'draining', connections: this.drivers.size });
    const empty = new Promise<void>((resolve) => {
      this.drained = resolve;
    });
    const cut = this.clock.after(this.settings.SHUTDOWN_TIMEOUT_MS, () => {
      for (const driver of this.drivers.keys()) driver.terminate();
    });
    await this.sendAway();
    await empty;
    cut();
  }

  private async sendAway(): Promise<void> {
    const drivers = [...this.drivers.keys()];
    const wave = Math.max(50, Math.ceil(drivers.length / WAVES));
    for (let from = 0; from < drivers.length; from += wave) {
      for (const driver of drivers.slice(from, from + wave))
        driver.goAway(Math.floor(Math.random() * COMEBACK_SPREAD_MS));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private routeOf(gateway: RawGatewayHooks): GatewayRoute {
    const { path, announceAuth = false } = Reflect.getMetadata(RAW_GATEWAY, gateway.constructor) as RawGatewayOptions;
    return { path, announceAuth, hooks: gateway, commands: dispatchTable(gateway, this.contexts) };
  }

  private refusal(request: IncomingMessage): number | undefined {
    if (this.draining) return 503;
    if (!isOriginAllowed(request.headers.origin, request.headers.host, this.settings)) return 403;
    return undefined;
  }

  private accept({ request, socket, head }: Upgrade, found: RouteMatch, query: URLSearchParams): void {
    const address = request.socket.remoteAddress ?? '';
    const credential = upgradeCredential(request.headers, query);
    if (credential === undefined && this.pending.isFull(address)) {
      refuseUpgrade(socket, 429);
      return;
    }
    this.wss.handleUpgrade(request, socket, head, (ws) => {
      const context = parseHandshake(found, query);
      const driver = new ConnectionDriver(
        { id: this.ids.next(), ws, socket, route: found.route, context: context.ok ? context.value : undefined },
        {
          settings: this.settings,
          clock: this.clock,
          authenticator: this.authenticator,
          registry: this.registry,
          onSettled: (settled) => {
            this.pending.remove(settled);
          },
          onGone: (gone) => {
            this.forget(gone);
          },
        },
      );
      this.drivers.set(driver, this.heartbeat.add(driver));
      if (!context.ok) {
        driver.refuse(context.reason);
        return;
      }
      if (credential === undefined) this.pending.add(driver, address);
      driver.start(credential);
    });
  }

  private forget(driver: ConnectionDriver): void {
    this.drivers.get(driver)?.();
    this.drivers.delete(driver);
    if (this.drivers.size === 0) this.drained();
  }
}

type Handshake = { ok: true; value: unknown } | { ok: false; reason: string };

/** Bad paths and queries are accepted first, so that a browser can read the close code (4400, before authentication). */
function parseHandshake({ route, params }: RouteMatch, query: URLSearchParams): Handshake {
  try {
    for (const name of ['token', 'ticket'])
      if (query.getAll(name).length > 1) throw new BadHandshake(`${name} is given twice`);
    return { ok: true, value: route.hooks.parse({ params, query }) };
  } catch (error) {
    if (error instanceof BadHandshake) return { ok: false, reason: error.message };
    throw error;
  }
}
