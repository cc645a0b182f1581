import { INestApplication, Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { CORE_COMMANDS, CORE_EVENTS } from '../../realtime/core-messages.js';
import {
  CommandDescription,
  describeRawGateways,
  GatewayDescription,
  summaryOf,
} from '../../realtime/gateway-catalogue.js';
import { EventClass } from '../../realtime/wire-docs.js';
import { JsonSchema, referredBy, Schemas, schemasOf } from './json-schema.js';

/** One message of the wire: a command of the client, or an event of the server. */
export interface MessageReference {
  /** Its name in the documents, one for each shape. */
  key: string;
  type: string;
  summary: string;
  schema: JsonSchema;
}

export interface CommandReference extends MessageReference {
  /** The typed reply, if it has one. */
  reply: { key: string; type: string } | undefined;
  /** What may come in its place. */
  otherwise: { key: string; type: string } | undefined;
}

export interface GatewayReference {
  path: string;
  name: string;
  summary: string;
  parameters: { name: string; description: string }[];
  query: JsonSchema;
  opening: { key: string; type: string; when: string }[];
  commands: CommandReference[];
  events: MessageReference[];
}

export interface WireReference {
  gateways: GatewayReference[];
  /** What every gateway takes and sends. */
  core: { commands: CommandReference[]; events: MessageReference[] };
  /** What the messages refer to. */
  schemas: Schemas;
}

const REF: JsonSchema = {
  type: 'string',
  maxLength: 64,
  description: 'Any text; what answers this message carries the same `ref`.',
};

const CREDENTIALS: Schemas = {
  ticket: { type: 'string', description: 'A one-time ticket of `POST /api/auth/ws-ticket`.' },
  token: { type: 'string', description: 'An access token, where nothing better is possible.' },
};

const CLIENT_ID: Schemas = {
  client_id: {
    type: 'string',
    pattern: '^[A-Za-z0-9_.:-]{1,64}$',
    description: 'Names this client, where a credential comes with the upgrade.',
  },
};

/** All that the documents say, gathered from the raw gateways and the classes of their messages. */
export function wireReference(app: INestApplication): WireReference {
  const gateways = describeRawGateways(app.get(DiscoveryService, { strict: false }));
  const schemas = schemasOf(app, classesOf(gateways));
  const core = {
    commands: CORE_COMMANDS.map((command) => commandReference('', command, schemas)),
    events: CORE_EVENTS.map((event) => eventReference(event, schemas)),
  };
  const references = gateways.map((gateway) => gatewayReference(gateway, schemas));
  const messages = [core, ...references].flatMap(({ commands, events }) => [...commands, ...events]);
  const used: Schemas = {};
  for (const { schema } of messages) referredBy(schema, schemas, used);
  return { gateways: references, core, schemas: used };
}

function classesOf(gateways: readonly GatewayDescription[]): Type<object>[] {
  const commands = [...CORE_COMMANDS, ...gateways.flatMap((gateway) => gateway.commands)];
  return [
    ...commands.flatMap(({ commandClass }) => commandClass ?? []),
    ...CORE_EVENTS,
    ...gateways.flatMap(({ events, docs }) => [...events, ...(docs.query ? [docs.query] : [])]),
  ];
}

function gatewayReference(
  { path, announceAuth, docs, commands, events }: GatewayDescription,
  schemas: Schemas,
): GatewayReference {
  const query = docs.query ? schemas[docs.query.name] : undefined;
  return {
    path,
    name: docs.name,
    summary: docs.summary,
    parameters: [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
      name,
      description: docs.parameters?.[name] ?? '',
    })),
    query: {
      type: 'object',
      properties: { ...CREDENTIALS, ...(announceAuth && CLIENT_ID), ...query?.properties },
      ...(query?.required && { required: query.required }),
    },
    opening: (docs.opening ?? []).map(({ event, when }) => ({ key: event.name, type: typeOf(event), when })),
    commands: commands.map((command) => commandReference(docs.name, command, schemas)),
    events: events.map((event) => eventReference(event, schemas)),
  };
}

function commandReference(
  gateway: string,
  { type, commandClass, docs }: CommandDescription,
  schemas: Schemas,
): CommandReference {
  const fields = commandClass && schemas[commandClass.name];
  const schema = messageSchema(type, docs.summary, fields);
  return {
    key: `${pascal(gateway)}${pascal(type)}Command`,
    type,
    summary: docs.summary,
    reply: docs.reply && { key: docs.reply.name, type: typeOf(docs.reply) },
    otherwise: docs.otherwise && { key: docs.otherwise.name, type: typeOf(docs.otherwise) },
    schema: { ...schema, properties: { ...schema.properties, ref: REF } },
  };
}

function eventReference(event: EventClass, schemas: Schemas): MessageReference {
  const type = typeOf(event);
  const summary = summaryOf(event);
  return { key: event.name, type, summary, schema: messageSchema(type, summary, schemas[event.name]) };
}

function messageSchema(type: string, description: string, fields: JsonSchema | undefined): JsonSchema {
  return {
    type: 'object',
    description,
    properties: { type: { const: type, type: 'string', description: 'What it is.' }, ...fields?.properties },
    required: ['type', ...(fields?.required ?? [])],
  };
}

function typeOf(event: EventClass): string {
  return (new event() as { type: string }).type;
}

function pascal(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());
}
