import { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Settings } from '../config/settings.js';
import { GUEST_JOIN } from './core-messages.js';
import { commandMethods, describeParameters } from './internal/command-dispatcher.js';
import { RAW_GATEWAY, RawGatewayOptions } from './raw-gateway.js';
import { GuestWelcomeEvent } from './socket-core-events.js';
import { SOCKET_GATEWAY, SocketGatewayOptions } from './socket-gateway.js';
import {
  EVENT_SUMMARY,
  EventClass,
  GATEWAY_DOCS,
  GATEWAY_EVENTS,
  GatewayDocs,
  OPERATION_DOCS,
  OperationDocs,
  SOCKET_EVENT,
  SocketEventDocs,
} from './wire-docs.js';

export interface CommandDescription {
  type: string;
  /** Undefined: it takes no fields, or does not say which. */
  commandClass: Type<object> | undefined;
  docs: OperationDocs;
}

interface ClassDescription {
  docs: GatewayDocs;
  commands: CommandDescription[];
  events: EventClass[];
}

export interface GatewayDescription extends ClassDescription {
  path: string;
  /** Whether `?client_id=` names the client, and a credential at the upgrade is answered with `auth_success`. */
  announceAuth: boolean;
  /** Whether guests may open it, where the server takes them. */
  guests: boolean;
}

export interface SocketGatewayDescription extends ClassDescription {
  namespaces: readonly string[];
  guests: boolean;
}

export interface EventDescription extends Omit<SocketEventDocs, 'name'> {
  /** What it is called on the wire. */
  type: string;
}

/** Every raw gateway of the application, ours and those of modules beside ours, by path. */
export function describeRawGateways(discovery: DiscoveryService): GatewayDescription[] {
  return gatewaysWith(RAW_GATEWAY, discovery)
    .map(describeRaw)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every Socket.IO gateway, by its first namespace; those that a module adds while it runs are not among them. */
export function describeSocketGateways(discovery: DiscoveryService, settings: Settings): SocketGatewayDescription[] {
  return gatewaysWith(SOCKET_GATEWAY, discovery)
    .map((gateway) => describeSocket(gateway, settings))
    .sort((a, b) => ((a.namespaces[0] ?? '') < (b.namespaces[0] ?? '') ? -1 : 1));
}

/** @throws Error for a class that does not say what its event is called */
export function describeEvent(event: EventClass): EventDescription {
  const socket = Reflect.getOwnMetadata(SOCKET_EVENT, event) as SocketEventDocs | undefined;
  if (socket !== undefined) return { ...socket, type: socket.name };
  const { type } = new event() as { type?: string };
  if (type === undefined) throw new Error(`${event.name} has no name on the wire: neither a type nor @SocketEvent.`);
  const summary = (Reflect.getOwnMetadata(EVENT_SUMMARY, event) as string | undefined) ?? '';
  return { type, summary, envelope: false, second: undefined };
}

function gatewaysWith(decoration: symbol, discovery: DiscoveryService): Type[] {
  return discovery
    .getProviders()
    .flatMap(({ metatype }) => (metatype && Reflect.hasMetadata(decoration, metatype) ? [metatype as Type] : []));
}

function describeRaw(gateway: Type): GatewayDescription {
  const { path, announceAuth = false, guests = false } = Reflect.getMetadata(RAW_GATEWAY, gateway) as RawGatewayOptions;
  const { commands, ...described } = describeClass(gateway);
  const takesJoin = commands.some(({ type }) => type === GUEST_JOIN.type);
  return {
    path,
    announceAuth,
    guests,
    ...described,
    commands: guests && !takesJoin ? [...commands, GUEST_JOIN] : commands,
  };
}

function describeSocket(gateway: Type, settings: Settings): SocketGatewayDescription {
  const { namespaces, guests = false } = Reflect.getMetadata(SOCKET_GATEWAY, gateway) as SocketGatewayOptions;
  const { events, ...described } = describeClass(gateway);
  return {
    namespaces: typeof namespaces === 'string' ? [namespaces] : namespaces(settings),
    guests,
    ...described,
    events: guests ? [GuestWelcomeEvent, ...events] : events,
  };
}

function describeClass(gateway: Type): ClassDescription {
  const docs = Reflect.getMetadata(GATEWAY_DOCS, gateway) as GatewayDocs | undefined;
  const prototype = gateway.prototype as object;
  return {
    docs: docs ?? { name: gateway.name.replace(/Gateway$/, '').toLowerCase(), summary: '' },
    commands: commandMethods(prototype).map(({ name, type, method }) => ({
      type,
      commandClass: describeParameters(prototype, name).commandClass,
      docs: (Reflect.getMetadata(OPERATION_DOCS, method) as OperationDocs | undefined) ?? { summary: '' },
    })),
    events: (Reflect.getMetadata(GATEWAY_EVENTS, gateway) as EventClass[] | undefined) ?? [],
  };
}
