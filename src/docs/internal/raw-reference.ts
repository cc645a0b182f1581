import { CORE_COMMANDS, CORE_EVENTS } from '../../realtime/core-messages.js';
import { CommandDescription, describeEvent, GatewayDescription } from '../../realtime/gateway-catalogue.js';
import { EventClass } from '../../realtime/wire-docs.js';
import { JsonSchema, Schemas } from './json-schema.js';
import { commandKey } from './keys.js';
import type { CommandReference, GatewayReference, MessageReference, Messages } from './reference.js';

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

/** What every raw gateway takes and sends. */
export function rawCore(schemas: Schemas): Messages {
  return {
    commands: CORE_COMMANDS.map((command) => commandReference('', command, schemas)),
    events: CORE_EVENTS.map((event) => eventReference(event, schemas)),
    acks: [],
  };
}

export function rawGatewayReference(
  { path, announceAuth, docs, commands, events }: GatewayDescription,
  schemas: Schemas,
): GatewayReference {
  const query = docs.query ? schemas[docs.query.name] : undefined;
  return {
    transport: 'raw',
    address: path,
    namespaces: [],
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
    opening: (docs.opening ?? []).map(({ event, when }) => ({ ...answerOf(event), when })),
    errors: docs.errors ?? {},
    commands: commands.map((command) => commandReference(docs.name, command, schemas)),
    events: events.map((event) => eventReference(event, schemas)),
    acks: [],
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
    key: commandKey(gateway, type),
    type,
    summary: docs.summary,
    reply: docs.reply && answerOf(docs.reply),
    otherwise: docs.otherwise && answerOf(docs.otherwise),
    schema: { ...schema, properties: { ...schema.properties, ref: REF } },
  };
}

function eventReference(event: EventClass, schemas: Schemas): MessageReference {
  const { type, summary } = describeEvent(event);
  return { key: event.name, type, summary, schema: messageSchema(type, summary, schemas[event.name]) };
}

function answerOf(event: EventClass): { key: string; type: string } {
  return { key: event.name, type: describeEvent(event).type };
}

function messageSchema(type: string, description: string, fields: JsonSchema | undefined): JsonSchema {
  return {
    type: 'object',
    description,
    properties: { type: { const: type, type: 'string', description: 'What it is.' }, ...fields?.properties },
    required: ['type', ...(fields?.required ?? [])],
  };
}
