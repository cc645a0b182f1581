import { Injectable } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator } from '@nestjs/core';
import { CommandHandler, dispatchTable } from './command-dispatcher.js';

/** Finds the gateways among an application's providers, ours and those of modules beside ours. */
@Injectable()
export class GatewayFinder {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly contexts: ExternalContextCreator,
  ) {}

  /** The instances whose classes carry this metadata. */
  find(decoration: symbol): object[] {
    return this.discovery
      .getProviders()
      .filter(({ metatype }) => metatype && Reflect.hasMetadata(decoration, metatype))
      .map(({ instance }) => instance as object);
  }

  commandsOf<Reply>(gateway: object): Map<string, CommandHandler<Reply>> {
    return dispatchTable<Reply>(gateway, this.contexts);
  }
}
