import { Injectable, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Cluster } from '../../cluster/cluster.js';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel } from '../../common/clock.js';
import { OpenConnections } from './open-connections.js';

/** A node that stood still has been given up by the others: its clients come back, here or elsewhere, as new ones. */
@Injectable()
export class FencedNode implements OnModuleInit, OnModuleDestroy {
  private stopListening: Cancel = () => undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly connections: OpenConnections,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.cluster.backplane.on('fenced', () => {
      this.tasks.run('sending clients away', () => this.connections.sendAway());
    });
  }

  onModuleDestroy(): void {
    this.stopListening();
  }
}
