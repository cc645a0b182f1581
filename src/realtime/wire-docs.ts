import { SetMetadata, Type } from '@nestjs/common';

/**
 * A class that describes one event. On a raw gateway: its fields with `@ApiProperty`, and its `type` by the initial value. On a
 * Socket.IO gateway: the fields of its first argument, and its name by `@SocketEvent`.
 */
export type EventClass = Type<object>;

export interface OperationDocs {
  /** What the command does, and who is told. */
  summary: string;
  /** The typed reply, or the `ack` with more than a `ref`; without it, a plain `ack` where a `ref` was given. */
  reply?: EventClass;
  /** The typed reply that may come in its place. */
  otherwise?: EventClass;
  /** Socket.IO: `data` of the acknowledgement; without it, null. */
  ack?: Type<object>;
}

export interface GatewayDocs {
  /** How the reference calls it, one word: `channel`. */
  name: string;
  summary: string;
  /** What each parameter of the path is. */
  parameters?: Record<string, string>;
  /** A class whose properties are the query parameters. */
  query?: Type<object>;
  /** The first frames, in their order. */
  opening?: readonly { event: EventClass; when: string }[];
  /** Error codes of its own, beside those that all gateways have: when each is told. */
  errors?: Readonly<Record<string, string>>;
}

export interface SocketEventDocs {
  name: string;
  /** When it is sent, and to whom. */
  summary: string;
  /** Whether its first argument is `{ success: true, message: "Success", data }`, and the class describes `data`. */
  envelope: boolean;
  /** What describes its second argument. */
  second: Type<object> | undefined;
  /** An example of what the first argument (or `data`) is, where that is any JSON, and the class describes nothing. */
  anyJson?: unknown;
}

export const OPERATION_DOCS = Symbol('operation docs');
export const GATEWAY_DOCS = Symbol('gateway docs');
export const GATEWAY_EVENTS = Symbol('gateway events');
export const EVENT_SUMMARY = Symbol('event summary');
export const SOCKET_EVENT = Symbol('socket event');

/** For the reference alone: what a `@SubscribeMessage` method does. */
export const WsOperation = (docs: OperationDocs): MethodDecorator => SetMetadata(OPERATION_DOCS, docs);

/** For the reference alone: what a gateway is, and how a client opens it. */
export const WsDescribe = (docs: GatewayDocs): ClassDecorator => SetMetadata(GATEWAY_DOCS, docs);

/** For the reference alone: every event that a gateway sends, beside those that all of its kind send. */
export const WsEmits = (...events: EventClass[]): ClassDecorator => SetMetadata(GATEWAY_EVENTS, events);

/** For the reference alone: when an event is sent, and to whom. */
export const WsEvent = (summary: string): ClassDecorator => SetMetadata(EVENT_SUMMARY, summary);

/** For the reference alone: an event of a Socket.IO gateway, by its name; when it is sent, and to whom. */
export const SocketEvent = (
  name: string,
  summary: string,
  { envelope = false, second, anyJson }: Partial<Pick<SocketEventDocs, 'envelope' | 'second' | 'anyJson'>> = {},
): ClassDecorator => SetMetadata(SOCKET_EVENT, { name, summary, envelope, second, anyJson } satisfies SocketEventDocs);
