import { Global, Module } from '@nestjs/common';
import { Cluster } from './cluster.js';
import { LocalCluster } from './local-cluster.js';

@Global()
@Module({
  providers: [{ provide: Cluster, useClass: LocalCluster }],
  exports: [Cluster],
})
export class ClusterModule {}
