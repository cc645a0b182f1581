import { SetMetadata, Type } from '@nestjs/common';

/** A class that describes one event: its fields with `@ApiProperty`, and its `type` by the initial value. */
export type EventClass = Type<{ readonly type: string }>;

export interface OperationDocs {
  /** What the command does, and who is told. */
  summary: string;
  /** The typed reply, or the `ack` with more than a `ref`; without it, a plain `ack` where a `ref` was given. */
  reply?: EventClass;
  /** The typed reply that may come in its place. */
  otherwise?: EventClass;
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
}

export const OPERATION_DOCS = Symbol('operation docs');
export const GATEWAY_DOCS = Symbol('gateway docs');
export const GATEWAY_EVENTS = Symbol('gateway events');
export const EVENT_SUMMARY = Symbol('event summary');

/** For the reference alone: what a `@SubscribeMessage` method does. */
export const WsOperation = (docs: OperationDocs): MethodDecorator => SetMetadata(OPERATION_DOCS, docs);

/** For the reference alone: what a raw gateway is, and how a client opens it. */
export const WsDescribe = (docs: GatewayDocs): ClassDecorator => SetMetadata(GATEWAY_DOCS, docs);

/** For the reference alone: every event that a raw gateway sends, beside those that all of them send. */
export const WsEmits = (...events: EventClass[]): ClassDecorator => SetMetadata(GATEWAY_EVENTS, events);

/** For the reference alone: when an event is sent, and to whom. */
export const WsEvent = (summary: string): ClassDecorator => SetMetadata(EVENT_SUMMARY, summary);
