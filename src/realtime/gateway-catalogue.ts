import { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { GUEST_JOIN } from './core-messages.js';
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
  /** Whether guests may open it, where the server takes them. */
  guests: boolean;
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
  const { path, announceAuth = false, guests = false } = Reflect.getMetadata(RAW_GATEWAY, gateway) as RawGatewayOptions;
  const docs = Reflect.getMetadata(GATEWAY_DOCS, gateway) as GatewayDocs | undefined;
  const prototype = gateway.prototype as object;
  const commands = commandMethods(prototype).map(({ name, type, method }) => ({
    type,
    commandClass: describeParameters(prototype, name).commandClass,
    docs: (Reflect.getMetadata(OPERATION_DOCS, method) as OperationDocs | undefined) ?? { summary: '' },
  }));
  const takesJoin = commands.some(({ type }) => type === GUEST_JOIN.type);
  return {
    path,
    announceAuth,
    guests,
    docs: docs ?? { name: gateway.name.replace(/Gateway$/, '').toLowerCase(), summary: '' },
    commands: guests && !takesJoin ? [...commands, GUEST_JOIN] : commands,
    events: (Reflect.getMetadata(GATEWAY_EVENTS, gateway) as EventClass[] | undefined) ?? [],
  };
}
