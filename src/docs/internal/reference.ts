import type { JsonSchema, Schemas } from './json-schema.js';

type WireTransport = 'raw' | 'socketio';

/** One message of the wire: a command of the client, an event of the server, or an acknowledgement. */
export interface MessageReference {
  /** Its name in the documents, one for each shape. */
  key: string;
  type: string;
  summary: string;
  /** Of the frame; on Socket.IO, of the first argument. */
  schema: JsonSchema;
  /** Of the second argument. */
  second?: JsonSchema;
  /** With an envelope around them: the fields of its `data`. */
  data?: JsonSchema;
}

interface Answer {
  key: string;
  type: string;
}

export interface CommandReference extends MessageReference {
  /** The typed reply, if it has one. */
  reply: Answer | undefined;
  /** What may come in its place. */
  otherwise: Answer | undefined;
  /** Socket.IO: its acknowledgement. */
  ack?: Answer;
}

export interface Messages {
  commands: CommandReference[];
  events: MessageReference[];
  /** Acknowledgements. */
  acks: MessageReference[];
}

export interface GatewayReference extends Messages {
  transport: WireTransport;
  /** The path, or the first namespace. */
  address: string;
  namespaces: readonly string[];
  name: string;
  summary: string;
  parameters: { name: string; description: string }[];
  query: JsonSchema;
  opening: { key: string; type: string; when: string }[];
  /** Error codes of its own: when each is told. */
  errors: Readonly<Record<string, string>>;
}

export interface WireReference {
  gateways: GatewayReference[];
  /** What every gateway of a transport takes and sends. */
  core: Record<WireTransport, Messages>;
  /** What the messages refer to. */
  schemas: Schemas;
}

export function messagesOf({ commands, events, acks }: Messages): MessageReference[] {
  return [...commands, ...events, ...acks];
}
