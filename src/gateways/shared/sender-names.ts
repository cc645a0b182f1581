import { Injectable, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Cancel } from '../../common/clock.js';
import { DomainEvents } from '../../common/domain-events.js';
import { ConnectionRegistry } from '../../realtime/connection-registry.js';

/** Keeps open connections speaking under their user's present name: messages are stored with it, so signals show it too. */
@Injectable()
export class SenderNames implements OnModuleInit, OnApplicationShutdown {
  private stop: Cancel = () => undefined;

  constructor(
    private readonly events: DomainEvents,
    private readonly registry: ConnectionRegistry,
  ) {}

  onModuleInit(): void {
    this.stop = this.events.on('user.renamed', ({ userId, username }) => {
      this.registry.rename(userId, username);
    });
  }

  onApplicationShutdown(): void {
    this.stop();
  }
}
