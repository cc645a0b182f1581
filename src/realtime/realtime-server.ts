import type { IncomingMessage, Server } from 'node:http';
import { BeforeApplicationShutdown, Injectable, OnModuleInit } from '@nestjs/common';
import { WebSocketServer } from 'ws';
import { Cancel } from '../common/clock.js';
import { Ids } from '../common/ids.js';
import { clientNetwork } from '../infra/http/client-address.js';
import { ConnectionDriver, DriverServices } from './internal/connection-driver.js';
import { ConnectionServices } from './internal/connection-services.js';
import { BEARER_SUBPROTOCOL, upgradeCredential } from './internal/credential.js';
import { GatewayFinder } from './internal/gateway-finder.js';
import { GatewayRoute, RouteMatch, RouteTable } from './internal/gateway-route.js';
import { frameLimits } from './internal/frame-limits.js';
import { readHandshake } from './internal/handshake.js';
import { Heartbeat } from './internal/heartbeat.js';
import { refuseUpgrade, Upgrade, UpgradeRouter } from './internal/upgrade-router.js';
import { RAW_GATEWAY, RawGatewayHooks, RawGatewayOptions } from './raw-gateway.js';

/** How long a peer that reads nothing has to take the close frame. */
const CLOSE_TIMEOUT_MS = 2000;
/** What the adapter knows of the port that the raw gateways share. */
interface Surroundings {
  /** Lets Socket.IO or a stock `ws` gateway have the upgrade. True: it took it. */
  takeNeighbour(upgrade: Upgrade, pathname: string): boolean;
  /** The client's address, behind the proxies that are trusted. */
  addressOf(request: IncomingMessage): string | undefined;
}

/** The raw WebSocket server of this node: accepts, drives and drains its connections. */
@Injectable()
export class RealtimeServer implements OnModuleInit, BeforeApplicationShutdown {
  /** Each with what ends its part in the heartbeat and in a planned stop. */
  private readonly drivers = new Map<ConnectionDriver, Cancel>();
  private readonly heartbeat: Heartbeat;
  private readonly wss: WebSocketServer;
  private routes = new RouteTable([]);
  private readonly driverServices: DriverServices;

  constructor(
    private readonly services: ConnectionServices,
    private readonly ids: Ids,
    private readonly gateways: GatewayFinder,
  ) {
    const { settings, clock } = services;
    this.heartbeat = new Heartbeat(clock, settings.WS_HEARTBEAT_INTERVAL_MS);
    this.driverServices = {
      services,
      onSettled: (driver) => {
        services.open.pending.remove(driver);
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

  onModuleInit(): void {
    this.routes = new RouteTable(
      this.gateways.find(RAW_GATEWAY).map((gateway) => this.routeOf(gateway as RawGatewayHooks)),
    );
  }

  /** Takes the upgrades of this HTTP server. */
  attach(server: Server, surroundings: Surroundings): void {
    const router = new UpgradeRouter({
      takeNeighbour: (upgrade, pathname) => surroundings.takeNeighbour(upgrade, pathname),
      routes: () => this.routes,
      refusal: (request) => this.services.open.refusal(request),
      accept: (upgrade, found, query) => {
        // Asked for only where it counts: the socket keeps its peer's name once it has been asked.
        this.accept(upgrade, found, query, () => clientNetwork(surroundings.addressOf(upgrade.request)));
      },
    });
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      router.handle({ request, socket, head });
    });
  }

  /** Resolves when every connection of this node, of either transport, has been sent away and cleaned up after. */
  async beforeApplicationShutdown(): Promise<void> {
    this.heartbeat.stop();
    await this.services.open.drain();
  }

  private routeOf(gateway: RawGatewayHooks): GatewayRoute {
    const options = Reflect.getMetadata(RAW_GATEWAY, gateway.constructor) as RawGatewayOptions;
    const { path, announceAuth = false } = options;
    this.services.open.ledger.know(path);
    const guests = options.guests === true && this.services.settings.GUESTS_ENABLED;
    return { path, announceAuth, guests, hooks: gateway, commands: this.gateways.commandsOf(gateway) };
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
    if (pendingAddress !== undefined && this.services.open.pending.isFull(pendingAddress)) {
      refuseUpgrade(socket, 429);
      return;
    }
    this.wss.handleUpgrade(request, socket, head, (ws) => {
      const handshake = readHandshake(found, query);
      const driver = new ConnectionDriver(
        { id: this.ids.next(), ws, socket, route, context: handshake.ok ? handshake.context : undefined, address },
        this.driverServices,
      );
      this.enlist(driver);
      if (!handshake.ok) {
        driver.fail(handshake.error);
        return;
      }
      if (pendingAddress !== undefined) this.services.open.pending.add(driver, pendingAddress);
      driver.start(credential, handshake.clientId);
    });
  }

  private enlist(driver: ConnectionDriver): void {
    const leaves = [this.heartbeat.add(driver.peer), this.services.open.add(driver)];
    this.drivers.set(driver, () => {
      for (const leave of leaves) leave();
    });
  }

  private forget(driver: ConnectionDriver, code: number): void {
    this.services.open.ledger.gone(driver.gateway, driver.traffic, code);
    this.drivers.get(driver)?.();
    this.drivers.delete(driver);
  }
}
