import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Broadcaster } from './broadcaster.js';
import { ConnectionRegistry } from './connection-registry.js';
import { FencedNode } from './internal/fenced-node.js';
import { RealtimeMetrics } from './internal/realtime-metrics.js';
import { RealtimeServer } from './realtime-server.js';

/** Sockets, and nothing about chat. Needs a `ConnectionAuthenticator`, which the application binds. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [RealtimeServer, ConnectionRegistry, Broadcaster, FencedNode, RealtimeMetrics],
  exports: [RealtimeServer, ConnectionRegistry, Broadcaster],
})
export class RealtimeModule {}
