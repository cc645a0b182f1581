import Ajv from 'ajv';
import type { ReceivedEvent } from './socket-client.js';
import type { SocketEventSeen } from './socket-io-client.js';
import type { TestApp } from './test-app.js';

interface Reference {
  $ref: string;
}

interface Message {
  name: string;
  payload: Reference;
  'x-second-argument'?: Reference;
  'x-second-argument-example'?: object;
  examples: { payload: object }[];
}

interface Channel {
  address: string;
  servers: Reference[];
  'x-namespaces'?: string[];
  parameters: Record<string, { description: string }>;
  messages: Record<string, Reference>;
  bindings: { ws: { query: { properties: Record<string, { description?: string }> } } };
  'x-first-frames': { message: string; when: string }[];
  'x-error-codes': { code: string; meaning: string }[];
}

interface Operation {
  action: 'send' | 'receive';
  channel: Reference;
  summary: string;
  messages: Reference[];
  reply?: { messages: Reference[] };
}

interface Schema {
  properties?: Record<string, Schema & { description?: string; $ref?: string }>;
  additionalProperties?: unknown;
}

interface CodeRow {
  code: number | string;
  meaning: string;
  client: string;
}

export interface AsyncApiDocument {
  asyncapi: string;
  info: { description: string };
  channels: Record<string, Channel>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, Message>; schemas: Record<string, Schema> };
  'x-close-codes': CodeRow[];
  'x-error-codes': CodeRow[];
}

export async function fetchAsyncApi({ url }: Pick<TestApp, 'url'>): Promise<AsyncApiDocument> {
  return (await (await fetch(`${url}/api/docs/asyncapi.json`)).json()) as AsyncApiDocument;
}

const DOCUMENT = 'asyncapi.json';

/** Holds frames to the served document, in which for the check every field has to be listed. */
export class AsyncApiChecker {
  private readonly ajv = new Ajv({ allErrors: true });

  constructor(readonly document: AsyncApiDocument) {
    this.ajv.addSchema({ $id: DOCUMENT, components: { schemas: closed(document.components.schemas) } });
  }

  /** The keys of the messages that clients send on a channel, or that the server sends. */
  keys(channel: string, action: Operation['action']): string[] {
    const operations = Object.values(this.document.operations);
    return operations
      .filter((operation) => operation.action === action && lastOf(operation.channel) === channel)
      .flatMap(({ messages }) => messages.map(lastOf));
  }

  /** The key of the message that this frame is. @throws Error that says why it is none */
  identify(
    channel: string,
    action: Operation['action'],
    frame: object,
    name = (frame as Partial<ReceivedEvent>).type,
  ): string {
    const candidates = this.keys(channel, action).filter((key) => this.message(key).name === name);
    const problems = candidates.map((key): [string, string] => [key, this.problems(key, frame)]);
    const fit = problems.find(([, problem]) => problem === '');
    if (fit) return fit[0];
    throw new Error(
      `${channel} does not document ${String(name)} ${JSON.stringify(frame)}: ${JSON.stringify(Object.fromEntries(problems))}`,
    );
  }

  /** The key of the Socket.IO event that this is, with all of its arguments. @throws Error that says why it is none */
  identifyEvent(channel: string, { event, args }: SocketEventSeen): string {
    const key = this.identify(channel, 'send', args[0] ?? {}, event);
    const second = this.message(key)['x-second-argument'];
    const problem = this.unfit(second, args[1]);
    if (args.length > (second ? 2 : 1) || problem !== '')
      throw new Error(`${channel} documents ${event} otherwise: ${JSON.stringify(args)} ${problem}`);
    return key;
  }

  /** The key of the acknowledgement that this is, of those that the document has for this event. */
  identifyAck(channel: string, event: string, acknowledgement: object): string {
    const { reply } = this.document.operations[`${channel}.receive.${event}`] ?? {};
    const keys = (reply?.messages ?? []).map(lastOf).filter((key) => this.message(key).name === 'acknowledgement');
    const problems = keys.map((key): [string, string] => [key, this.problems(key, acknowledgement)]);
    const fit = problems.find(([, problem]) => problem === '');
    if (fit) return fit[0];
    throw new Error(
      `${channel} does not acknowledge ${event} like this: ${JSON.stringify([acknowledgement, problems])}`,
    );
  }

  problems(key: string, frame: object): string {
    return this.unfit(this.message(key).payload, frame);
  }

  private unfit(reference: Reference | undefined, value: unknown): string {
    if (reference === undefined) return '';
    const validate = this.ajv.compile({ $ref: `${DOCUMENT}${reference.$ref}` });
    return validate(value) === true ? '' : this.ajv.errorsText(validate.errors);
  }

  private message(key: string): Message {
    const message = this.document.components.messages[key];
    if (!message) throw new Error(`There is no message ${key}.`);
    return message;
  }
}

export function lastOf({ $ref }: Reference): string {
  return $ref.replace(/.*\//, '');
}

function closed<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(closed) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part as unknown)]));
  return ('properties' in value && !('additionalProperties' in value)
    ? { ...copy, additionalProperties: false }
    : copy) as unknown as Value;
}
