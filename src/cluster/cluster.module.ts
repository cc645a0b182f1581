import { Global, Module } from '@nestjs/common';
import { Cluster } from './cluster.js';
import { EventBridge } from './event-bridge.js';
import { LocalCluster } from './local-cluster.js';

@Global()
@Module({
  providers: [{ provide: Cluster, useClass: LocalCluster }, EventBridge],
  exports: [Cluster],
})
export class ClusterModule {}
