import { INestApplication } from '@nestjs/common';
import { ASYNCAPI_DESCRIPTION, CODES } from './asyncapi-texts.js';
import { exampleOf } from './internal/json-schema.js';
import {
  CommandReference,
  GatewayReference,
  MessageReference,
  Messages,
  messagesOf,
  WireReference,
} from './internal/reference.js';
import { FAILURE_ACK } from './internal/socket-reference.js';
import { wireReference } from './internal/wire-reference.js';

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `Authorization` header.' },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'The pair `bearer, <token>`.',
  },
  ticket: { type: 'httpApiKey', in: 'query', name: 'ticket', description: 'A one-time ticket.' },
  token: { type: 'httpApiKey', in: 'query', name: 'token', description: 'An access token.' },
  auth: { type: 'apiKey', in: 'password', description: 'Socket.IO: `auth: { token }` of the client, an access token.' },
};
const HOST = { host: { default: 'localhost:8000', description: 'Where this server is reached.' } };

const to = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });
const security = (...names: (keyof typeof SECURITY_SCHEMES)[]) =>
  names.map((name) => to('components', 'securitySchemes', name));

/** The AsyncAPI 3 document of every gateway, ours and those of modules beside ours; the same for the same code. */
export function asyncApiDocument(app: INestApplication): object {
  const reference = wireReference(app);
  const { gateways, core } = reference;
  const all = [core.raw, core.socketio, ...gateways].flatMap(messagesOf);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley WebSocket', version: '1', description: ASYNCAPI_DESCRIPTION },
    defaultContentType: 'application/json',
    servers: {
      raw: {
        host: '{host}',
        protocol: 'ws',
        description: 'Raw WebSocket. Over TLS: wss.',
        variables: HOST,
        security: security('bearer', 'subprotocol', 'ticket', 'token'),
      },
      socketio: {
        host: '{host}',
        pathname: '/socket.io',
        protocol: 'socket.io',
        protocolVersion: '5',
        description: 'Socket.IO 4, over websocket or polling. The address of a channel is a namespace.',
        variables: HOST,
        security: security('auth', 'bearer', 'token'),
      },
    },
    channels: Object.fromEntries(
      gateways.map((gateway) => [gateway.name, channelOf(gateway, core[gateway.transport])]),
    ),
    operations: Object.assign(
      {},
      ...gateways.map((gateway) => operationsOf(gateway, core[gateway.transport])),
    ) as object,
    components: {
      messages: Object.fromEntries(all.map((message) => [message.key, messageOf(message, reference)])),
      schemas: { ...reference.schemas, ...Object.fromEntries(all.map(({ key, schema }) => [key, schema])) },
      securitySchemes: SECURITY_SCHEMES,
    },
    'x-close-codes': CODES.close,
    'x-error-codes': CODES.error,
    'x-auth-error-codes': CODES.authError,
    'x-upgrade-refusals': CODES.upgrade,
  };
}

function channelOf(gateway: GatewayReference, core: Messages) {
  const { transport, address, name, summary, parameters, query, opening, namespaces, errors } = gateway;
  const messages = [...messagesOf(core), ...messagesOf(gateway)];
  return {
    address: address.replace(/:(\w+)/g, '{$1}'),
    title: name,
    description: summary,
    servers: [to('servers', transport)],
    parameters: Object.fromEntries(parameters.map(({ name: parameter, description }) => [parameter, { description }])),
    messages: Object.fromEntries(messages.map(({ key }) => [key, to('components', 'messages', key)])),
    bindings: { ws: { method: 'GET', query, bindingVersion: '0.1.0' } },
    ...(transport === 'socketio' && { 'x-namespaces': namespaces }),
    'x-first-frames': opening.map(({ key, when }) => ({ message: key, when })),
    'x-error-codes': Object.entries(errors).map(([code, meaning]) => ({ code, meaning })),
  };
}

function operationsOf({ name, commands, events, transport }: GatewayReference, core: Messages) {
  const message = (key: string) => to('channels', name, 'messages', key);
  const channel = to('channels', name);
  const answers = transport === 'raw' ? answersInFrames : answersByAcknowledgement;
  const received = [...core.commands, ...commands].map((command) => [
    `${name}.receive.${command.type}`,
    {
      action: 'receive',
      channel,
      summary: command.summary,
      messages: [message(command.key)],
      reply: { channel, messages: answers(command).map(message) },
    },
  ]);
  const sent = [...core.events, ...events].map(({ key, summary }) => [
    `${name}.send.${key}`,
    { action: 'send', channel, summary, messages: [message(key)] },
  ]);
  return Object.fromEntries([...received, ...sent]) as object;
}

function answersInFrames({ reply, otherwise }: CommandReference): string[] {
  return [reply?.key ?? 'AckEvent', ...(otherwise ? [otherwise.key] : []), 'ErrorEvent'];
}

/** The acknowledgement, and the events that come to the sender with it. */
function answersByAcknowledgement({ ack, reply, otherwise }: CommandReference): string[] {
  return [ack, reply, otherwise, FAILURE_ACK].flatMap((answer) => answer?.key ?? []);
}

function messageOf({ key, type, summary, schema, second }: MessageReference, { schemas }: WireReference) {
  return {
    name: type,
    title: type,
    summary,
    contentType: 'application/json',
    payload: to('components', 'schemas', key),
    ...(schema.properties?.['ref'] && { correlationId: { location: '$message.payload#/ref' } }),
    ...(second && { 'x-second-argument': second, 'x-second-argument-example': exampleOf(second, schemas) }),
    examples: [{ name: 'example', payload: exampleOf(schema, schemas) }],
  };
}
