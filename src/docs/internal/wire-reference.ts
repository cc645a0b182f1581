import { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { Settings } from '../../config/settings.js';
import { CORE_COMMANDS, CORE_EVENTS } from '../../realtime/core-messages.js';
import {
  describeEvent,
  describeRawGateways,
  describeSocketGateways,
  GatewayDescription,
  SocketGatewayDescription,
} from '../../realtime/gateway-catalogue.js';
import { SOCKET_CORE_EVENTS, SocketFailureAck } from '../../realtime/socket-core-events.js';
import { referredBy, Schemas, schemasOf } from './json-schema.js';
import { messagesOf, WireReference } from './reference.js';
import { rawCore, rawGatewayReference } from './raw-reference.js';
import { socketCore, socketGatewayReference } from './socket-reference.js';

/** All that the documents say, gathered from the gateways and the classes of their messages. */
export function wireReference(app: INestApplication): WireReference {
  // Not the application's own, which is not there when documents are made without starting one.
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const raw = describeRawGateways(discovery);
  const sockets = describeSocketGateways(discovery, app.get(Settings));
  const schemas = schemasOf(app, classesOf([...raw, ...sockets]));
  const core = { raw: rawCore(schemas), socketio: socketCore(schemas) };
  const gateways = [
    ...raw.map((gateway) => rawGatewayReference(gateway, schemas)),
    ...sockets.map((gateway) => socketGatewayReference(gateway, schemas)),
  ];
  const used: Schemas = {};
  for (const { schema, second } of [core.raw, core.socketio, ...gateways].flatMap(messagesOf)) {
    referredBy(schema, schemas, used);
    if (second !== undefined) referredBy(second, schemas, used);
  }
  return { gateways, core, schemas: used };
}

function classesOf(gateways: readonly (GatewayDescription | SocketGatewayDescription)[]): Type<object>[] {
  const commands = [...CORE_COMMANDS, ...gateways.flatMap((gateway) => gateway.commands)];
  const events = [...CORE_EVENTS, ...SOCKET_CORE_EVENTS, ...gateways.flatMap((gateway) => gateway.events)];
  return [
    SocketFailureAck,
    ...commands.flatMap(({ commandClass, docs }) => [commandClass ?? [], ('ack' in docs && docs.ack) || []].flat()),
    ...events,
    ...events.flatMap((event) => describeEvent(event).second ?? []),
    ...gateways.flatMap(({ docs }) => docs.query ?? []),
  ];
}
