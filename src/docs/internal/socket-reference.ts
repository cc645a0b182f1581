import { CommandDescription, describeEvent, SocketGatewayDescription } from '../../realtime/gateway-catalogue.js';
import { SOCKET_CORE_EVENTS, SocketFailureAck } from '../../realtime/socket-core-events.js';
import { EventClass } from '../../realtime/wire-docs.js';
import { JsonSchema, Schemas } from './json-schema.js';
import { ackKey, commandKey } from './keys.js';
import type { CommandReference, GatewayReference, MessageReference, Messages } from './reference.js';

const ACKNOWLEDGEMENT = 'acknowledgement';
const PLAIN_ACK = { key: 'SocketAck', type: ACKNOWLEDGEMENT };
export const FAILURE_ACK = { key: SocketFailureAck.name, type: ACKNOWLEDGEMENT };

const CREDENTIALS: Schemas = {
  token: { type: 'string', description: 'An access token; `auth: { token }` of the client is better.' },
};

/** What every Socket.IO gateway sends, and how it acknowledges. */
export function socketCore(schemas: Schemas): Messages {
  const done = 'It was done; there is nothing to tell.';
  const refused = 'It was refused.';
  return {
    commands: [],
    events: SOCKET_CORE_EVENTS.map((event) => eventReference(event, schemas)),
    acks: [
      {
        ...PLAIN_ACK,
        summary: done,
        schema: envelope(done, { type: 'null', description: 'Nothing.', examples: [null] }),
      },
      { ...FAILURE_ACK, summary: refused, schema: { ...schemas[FAILURE_ACK.key], description: refused } },
    ],
  };
}

export function socketGatewayReference(
  { namespaces, docs, commands, events }: SocketGatewayDescription,
  schemas: Schemas,
): GatewayReference {
  const query = docs.query ? schemas[docs.query.name] : undefined;
  return {
    transport: 'socketio',
    address: namespaces[0] ?? '/',
    namespaces,
    name: docs.name,
    summary: docs.summary,
    parameters: [],
    query: { type: 'object', properties: { ...CREDENTIALS, ...query?.properties } },
    opening: (docs.opening ?? []).map(({ event, when }) => ({ ...answerOf(event), when })),
    errors: docs.errors ?? {},
    commands: commands.map((command) => commandReference(docs.name, command, schemas)),
    events: events.map((event) => eventReference(event, schemas)),
    acks: commands.flatMap((command) => ackReference(docs.name, command, schemas) ?? []),
  };
}

function commandReference(
  gateway: string,
  { type, commandClass, docs }: CommandDescription,
  schemas: Schemas,
): CommandReference {
  const fields = commandClass && schemas[commandClass.name];
  return {
    key: commandKey(gateway, type),
    type,
    summary: docs.summary,
    reply: docs.reply && answerOf(docs.reply),
    otherwise: docs.otherwise && answerOf(docs.otherwise),
    ack: docs.ack ? { key: ackKey(gateway, type), type: ACKNOWLEDGEMENT } : PLAIN_ACK,
    schema: objectSchema(docs.summary, fields),
  };
}

function ackReference(
  gateway: string,
  { type, docs }: CommandDescription,
  schemas: Schemas,
): MessageReference | undefined {
  if (docs.ack === undefined) return undefined;
  const summary = `Acknowledges \`${type}\`.`;
  const data = schemas[docs.ack.name] ?? {};
  return { key: ackKey(gateway, type), type: ACKNOWLEDGEMENT, summary, schema: envelope(summary, data), data };
}

function eventReference(event: EventClass, schemas: Schemas): MessageReference {
  const { type, summary, envelope: isWrapped, second, anyJson } = describeEvent(event);
  const fields =
    anyJson === undefined ? objectSchema(summary, schemas[event.name]) : { description: summary, examples: [anyJson] };
  return {
    key: event.name,
    type,
    summary,
    schema: isWrapped ? envelope(summary, fields) : fields,
    ...(isWrapped && { data: fields }),
    ...(second && { second: { $ref: `#/components/schemas/${second.name}` } }),
  };
}

function answerOf(event: EventClass): { key: string; type: string } {
  return { key: event.name, type: describeEvent(event).type };
}

function objectSchema(description: string, fields: JsonSchema | undefined): JsonSchema {
  return { ...fields, type: fields?.type ?? 'object', properties: fields?.properties ?? {}, description };
}

function envelope(description: string, data: JsonSchema): JsonSchema {
  return {
    type: 'object',
    description,
    properties: {
      success: { const: true, type: 'boolean', description: 'It was done.' },
      message: { const: 'Success', type: 'string', description: 'For people.' },
      data: { ...data, description: data.description ?? 'What it gives.' },
    },
    required: ['success', 'message', 'data'],
  };
}
