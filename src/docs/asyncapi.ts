import { INestApplication } from '@nestjs/common';
import { ASYNCAPI_DESCRIPTION, CODES } from './asyncapi-texts.js';
import { exampleOf } from './internal/json-schema.js';
import { GatewayReference, MessageReference, WireReference, wireReference } from './internal/wire-reference.js';

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `Authorization` header.' },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'The pair `bearer, <token>`.',
  },
  ticket: { type: 'httpApiKey', in: 'query', name: 'ticket', description: 'A one-time ticket.' },
  token: { type: 'httpApiKey', in: 'query', name: 'token', description: 'An access token in the address.' },
};

const to = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

/** The AsyncAPI 3 document of every raw gateway, ours and those of modules beside ours; the same for the same code. */
export function asyncApiDocument(app: INestApplication): object {
  const reference = wireReference(app);
  const { gateways, core } = reference;
  const all = [core, ...gateways].flatMap(({ commands, events }) => [...commands, ...events]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley WebSocket', version: '1', description: ASYNCAPI_DESCRIPTION },
    defaultContentType: 'application/json',
    servers: {
      this: {
        host: '{host}',
        protocol: 'ws',
        description: 'Over TLS: wss.',
        variables: { host: { default: 'localhost:8000', description: 'Where this server is reached.' } },
        security: Object.keys(SECURITY_SCHEMES).map((name) => to('components', 'securitySchemes', name)),
      },
    },
    channels: Object.fromEntries(gateways.map((gateway) => [gateway.name, channelOf(gateway, core)])),
    operations: Object.assign({}, ...gateways.map((gateway) => operationsOf(gateway, core))) as object,
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

function channelOf(
  { path, name, summary, parameters, query, opening, ...own }: GatewayReference,
  core: WireReference['core'],
) {
  const messages = [...core.commands, ...own.commands, ...core.events, ...own.events];
  return {
    address: path.replace(/:(\w+)/g, '{$1}'),
    title: name,
    description: summary,
    servers: [to('servers', 'this')],
    parameters: Object.fromEntries(parameters.map(({ name: parameter, description }) => [parameter, { description }])),
    messages: Object.fromEntries(messages.map(({ key }) => [key, to('components', 'messages', key)])),
    bindings: { ws: { method: 'GET', query, bindingVersion: '0.1.0' } },
    'x-first-frames': opening.map(({ key, when }) => ({ message: key, when })),
  };
}

function operationsOf({ name, commands, events }: GatewayReference, core: WireReference['core']) {
  const message = (key: string) => to('channels', name, 'messages', key);
  const channel = to('channels', name);
  const received = [...core.commands, ...commands].map(({ key, type, summary, reply, otherwise }) => [
    `${name}.receive.${type}`,
    {
      action: 'receive',
      channel,
      summary,
      messages: [message(key)],
      reply: {
        channel,
        messages: [reply?.key ?? 'AckEvent', ...(otherwise ? [otherwise.key] : []), 'ErrorEvent'].map(message),
      },
    },
  ]);
  const sent = [...core.events, ...events].map(({ key, summary }) => [
    `${name}.send.${key}`,
    { action: 'send', channel, summary, messages: [message(key)] },
  ]);
  return Object.fromEntries([...received, ...sent]) as object;
}

function messageOf({ key, type, summary, schema }: MessageReference, { schemas }: WireReference) {
  return {
    name: type,
    title: type,
    summary,
    contentType: 'application/json',
    payload: to('components', 'schemas', key),
    ...(schema.properties?.['ref'] && { correlationId: { location: '$message.payload#/ref' } }),
    examples: [{ name: 'example', payload: exampleOf(schema, schemas) }],
  };
}
