import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Broadcaster } from './broadcaster.js';
import { ConnectionRegistry } from './connection-registry.js';
import { ConnectionServices } from './internal/connection-services.js';
import { FencedNode } from './internal/fenced-node.js';
import { GatewayFinder } from './internal/gateway-finder.js';
import { OpenConnections } from './internal/open-connections.js';
import { RealtimeMetrics } from './internal/realtime-metrics.js';
import { RealtimeServer } from './realtime-server.js';
import { SocketIoServer } from './socket-io-server.js';

/** Sockets, and nothing about chat. Needs a `ConnectionAuthenticator`, which the application binds. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    RealtimeServer,
    SocketIoServer,
    ConnectionRegistry,
    Broadcaster,
    FencedNode,
    OpenConnections,
    ConnectionServices,
    GatewayFinder,
    RealtimeMetrics,
  ],
  exports: [RealtimeServer, SocketIoServer, ConnectionRegistry, Broadcaster],
})
export class RealtimeModule {}
