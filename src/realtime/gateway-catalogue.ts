import { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { commandMethods, describeParameters } from './internal/command-dispatcher.js';
import { RAW_GATEWAY, RawGatewayOptions } from './raw-gateway.js';
import {
  EVENT_SUMMARY,
  EventClass,
  GATEWAY_DOCS,
  GATEWAY_EVENTS,
  GatewayDocs,
  OPERATION_DOCS,
  OperationDocs,
} from './wire-docs.js';

export interface CommandDescription {
  type: string;
  /** Undefined: it takes no fields, or does not say which. */
  commandClass: Type<object> | undefined;
  docs: OperationDocs;
}

export interface GatewayDescription {
  path: string;
  /** Whether `?client_id=` names the client, and a credential at the upgrade is answered with `auth_success`. */
  announceAuth: boolean;
  docs: GatewayDocs;
  commands: CommandDescription[];
  events: EventClass[];
}

/** Every raw gateway of the application, ours and those of modules beside ours, by path. */
export function describeRawGateways(discovery: DiscoveryService): GatewayDescription[] {
  return discovery
    .getProviders()
    .flatMap(({ metatype }) => (metatype && Reflect.hasMetadata(RAW_GATEWAY, metatype) ? [metatype as Type] : []))
    .map(describeGateway)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function summaryOf(event: EventClass): string {
  return (Reflect.getOwnMetadata(EVENT_SUMMARY, event) as string | undefined) ?? '';
}

function describeGateway(gateway: Type): GatewayDescription {
  const { path, announceAuth = false } = Reflect.getMetadata(RAW_GATEWAY, gateway) as RawGatewayOptions;
  const docs = Reflect.getMetadata(GATEWAY_DOCS, gateway) as GatewayDocs | undefined;
  const prototype = gateway.prototype as object;
  return {
    path,
    announceAuth,
    docs: docs ?? { name: gateway.name.replace(/Gateway$/, '').toLowerCase(), summary: '' },
    commands: commandMethods(prototype).map(({ name, type, method }) => ({
      type,
      commandClass: describeParameters(prototype, name).commandClass,
      docs: (Reflect.getMetadata(OPERATION_DOCS, method) as OperationDocs | undefined) ?? { summary: '' },
    })),
    events: (Reflect.getMetadata(GATEWAY_EVENTS, gateway) as EventClass[] | undefined) ?? [],
  };
}
