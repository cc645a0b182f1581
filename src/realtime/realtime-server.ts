import type { IncomingMessage, Server } from 'node:http';
import { BeforeApplicationShutdown, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator } from '@nestjs/core';
import { WebSocketServer } from 'ws';
import { Cancel, Clock } from '../common/clock.js';
import { Ids } from '../common/ids.js';
import { Settings } from '../config/settings.js';
import { clientNetwork } from '../infra/http/client-address.js';
import { isOriginAllowed } from '../infra/http/origin-policy.js';
import { ConnectionAuthenticator } from './connection-authenticator.js';
import { ConnectionRegistry } from './connection-registry.js';
import { AddressPlaces } from './internal/address-places.js';
import { dispatchTable } from './internal/command-dispatcher.js';
import { ConnectionDriver, DriverServices } from './internal/connection-driver.js';
import { BEARER_SUBPROTOCOL, upgradeCredential } from './internal/credential.js';
import { GatewayRoute, RouteMatch, RouteTable } from './internal/gateway-route.js';
import { frameLimits } from './internal/frame-limits.js';
import { readHandshake } from './internal/handshake.js';
import { Heartbeat } from './internal/heartbeat.js';
import { GatewayTraffic, TrafficLedger } from './internal/traffic-ledger.js';
import { refuseUpgrade, Upgrade, UpgradeRouter } from './internal/upgrade-router.js';
import { RAW_GATEWAY, RawGatewayHooks, RawGatewayOptions } from './raw-gateway.js';

/** How long a peer that reads nothing has to take the close frame. */
const CLOSE_TIMEOUT_MS = 2000;
/** The share of a stop's time that clients get to answer the close frame; the rest is for the gateways' clean-up. */
const FAREWELL_SHARE = 0.8;
/** Clients of a planned stop come back within this time, spread out. */
const COMEBACK_SPREAD_MS = 5000;
const WAVES = 20;
/** Connections of one address that may be unauthenticated at the same time, and that may be those of guests. */
const PENDING_PER_ADDRESS = 1000;
const GUESTS_PER_ADDRESS = 200;
/** Header lines of an upgrade; browsers and proxies send a few dozen. */
const MOST_HEADERS = 200;

/** What the adapter knows of the port that the raw gateways share. */
export interface Surroundings {
  /** Lets Socket.IO or a stock `ws` gateway have the upgrade. True: it took it. */
  takeNeighbour(upgrade: Upgrade, pathname: string): boolean;
  /** The client's address, behind the proxies that are trusted. */
  addressOf(request: IncomingMessage): string | undefined;
}

/** The raw WebSocket server of this node: accepts, drives and drains its connections. */
@Injectable()
export class RealtimeServer implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(RealtimeServer.name);
  private readonly drivers = new Map<ConnectionDriver, Cancel>();
  private readonly ledger = new TrafficLedger();
  private readonly pending = new AddressPlaces(PENDING_PER_ADDRESS);
  private readonly heartbeat: Heartbeat;
  private readonly wss: WebSocketServer;
  private routes = new RouteTable([]);
  private readonly driverServices: DriverServices;
  private draining = false;
  private drained: () => void = () => undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    registry: ConnectionRegistry,
    authenticator: ConnectionAuthenticator,
    private readonly discovery: DiscoveryService,
    private readonly contexts: ExternalContextCreator,
  ) {
    this.heartbeat = new Heartbeat(clock, settings.WS_HEARTBEAT_INTERVAL_MS);
    this.driverServices = {
      settings,
      clock,
      authenticator,
      registry,
      guests: new AddressPlaces(GUESTS_PER_ADDRESS),
      onSettled: (driver) => {
        this.pending.remove(driver);
      },
      onGone: (driver, code) => {
        this.forget(driver, code);
      },
    };
    // Held apart because the types of `ws` lack `closeTimeout`.
    const options = {
      ...frameLimits(settings),
      noServer: true,
      clientTracking: false,
      autoPong: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    this.wss = new WebSocketServer({
      ...options,
      handleProtocols: (protocols) => (protocols.has(BEARER_SUBPROTOCOL) ? BEARER_SUBPROTOCOL : false),
    });
  }

  /** How many raw connections this node holds. */
  get size(): number {
    return this.drivers.size;
  }

  /** By the address of the gateway, of all that this node has. */
  traffic(): Map<string, GatewayTraffic> {
    const open = [...this.drivers.keys()].map((driver) => [driver.path, driver.traffic] as const);
    return this.ledger.read(this.routes.paths, open);
  }

  onModuleInit(): void {
    const gateways = this.discovery
      .getProviders()
      .filter(({ metatype }) => metatype && Reflect.hasMetadata(RAW_GATEWAY, metatype));
    this.routes = new RouteTable(gateways.map(({ instance }) => this.routeOf(instance as RawGatewayHooks)));
  }

  /** Takes the upgrades of this HTTP server. */
  attach(server: Server, surroundings: Surroundings): void {
    const router = new UpgradeRouter({
      takeNeighbour: (upgrade, pathname) => surroundings.takeNeighbour(upgrade, pathname),
      routes: () => this.routes,
      refusal: (request) => this.refusal(request),
      accept: (upgrade, found, query) => {
        // Asked for only where it counts: the socket keeps its peer's name once it has been asked.
        this.accept(upgrade, found, query, () => clientNetwork(surroundings.addressOf(upgrade.request)));
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
    const timeoutMs = this.settings.SHUTDOWN_TIMEOUT_MS;
    const empty = new Promise<void>((resolve) => {
      this.drained = resolve;
    });
    const cancelCut = this.clock.after(timeoutMs * FAREWELL_SHARE, () => {
      for (const driver of this.drivers.keys()) driver.peer.terminate();
    });
    // A gateway whose clean-up never ends must not keep the process.
    const cancelGivingUp = this.clock.after(timeoutMs, () => {
      this.logger.warn({ msg: 'stopped before every gateway had cleaned up', connections: this.drivers.size });
      this.drained();
    });
    await this.sendAway();
    await empty;
    cancelCut();
    cancelGivingUp();
  }

  /** Says `going_away` to everyone who is connected now, and closes with 1012, in waves; they come back spread out. */
  async sendAway(): Promise<void> {
    const drivers = [...this.drivers.keys()];
    const wave = Math.max(50, Math.ceil(drivers.length / WAVES));
    for (let from = 0; from < drivers.length; from += wave) {
      for (const driver of drivers.slice(from, from + wave))
        driver.goAway(Math.floor(Math.random() * COMEBACK_SPREAD_MS));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private routeOf(gateway: RawGatewayHooks): GatewayRoute {
    const options = Reflect.getMetadata(RAW_GATEWAY, gateway.constructor) as RawGatewayOptions;
    const { path, announceAuth = false } = options;
    const guests = options.guests === true && this.settings.GUESTS_ENABLED;
    return { path, announceAuth, guests, hooks: gateway, commands: dispatchTable(gateway, this.contexts) };
  }

  /** The HTTP status with which a new connection of any kind is refused, whatever its path. */
  refusal(request: IncomingMessage): number | undefined {
    if (this.draining) return 503;
    if (request.rawHeaders.length > 2 * MOST_HEADERS) return 431;
    if (!isOriginAllowed(request.headers.origin, request.headers.host, this.settings)) return 403;
    return undefined;
  }

  private accept(
    { request, socket, head }: Upgrade,
    found: RouteMatch,
    query: URLSearchParams,
    addressOf: () => string,
  ): void {
    const credential = upgradeCredential(request.headers, query);
    const { route } = found;
    const address = credential === undefined || route.guests ? addressOf() : undefined;
    const pendingAddress = credential === undefined ? address : undefined;
    if (pendingAddress !== undefined && this.pending.isFull(pendingAddress)) {
      refuseUpgrade(socket, 429);
      return;
    }
    this.wss.handleUpgrade(request, socket, head, (ws) => {
      const handshake = readHandshake(found, query);
      const driver = new ConnectionDriver(
        { id: this.ids.next(), ws, socket, route, context: handshake.ok ? handshake.context : undefined, address },
        this.driverServices,
      );
      this.drivers.set(driver, this.heartbeat.add(driver.peer));
      if (!handshake.ok) {
        driver.fail(handshake.error);
        return;
      }
      if (pendingAddress !== undefined) this.pending.add(driver, pendingAddress);
      driver.start(credential, handshake.clientId);
    });
  }

  private forget(driver: ConnectionDriver, code: number): void {
    this.ledger.gone(driver.path, driver.traffic, code);
    this.drivers.get(driver)?.();
    this.drivers.delete(driver);
    if (this.drivers.size === 0) this.drained();
  }
}
