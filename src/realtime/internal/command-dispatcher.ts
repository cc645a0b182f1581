import { Type } from '@nestjs/common';
import { ExternalContextCreator, MetadataScanner } from '@nestjs/core';
import { MESSAGE_METADATA, MESSAGE_MAPPING_METADATA, PARAM_ARGS_METADATA } from '@nestjs/websockets/constants.js';
import { Begun } from '../begun.js';
import { ClientConnection } from '../client-connection.js';
import { WireEvent } from '../wire.js';
import { CommandParser, commandParser } from './command-validator.js';
import { ClientMessage } from './message.js';

const SOCKET = 0;
const PAYLOAD = 3;
const ENHANCERS = ['__guards__', '__interceptors__', '__pipes__'];

type Outcome<Reply> = Reply | Begun | Promise<Reply>;
type Method = (...args: unknown[]) => unknown;
type Invoke<Reply> = (connection: ClientConnection, command: object) => Outcome<Reply>;

/** What to do with one message type: its parser, and the gateway's method, ready to call. */
export interface CommandHandler<Reply = WireEvent | undefined> {
  parse: CommandParser;
  invoke: Invoke<Reply>;
  /** Whether it returns what is begun, so that the next of its kind may begin too. */
  overlaps: boolean;
}

/**
 * The dispatch table of a gateway, built once from its `@SubscribeMessage` methods. A method without guards, interceptors
 * and pipes is called directly; one that has them goes through Nest's own context (10 to 15 µs more for each message).
 */
export function dispatchTable<Reply>(
  gateway: object,
  contexts: ExternalContextCreator,
): Map<string, CommandHandler<Reply>> {
  const methods = commandMethods(Object.getPrototypeOf(gateway) as object);
  return new Map(methods.map(({ name, type }) => [type, commandHandler<Reply>(gateway, name, contexts)]));
}

/** The `@SubscribeMessage` methods of a gateway: their names, and the message types that they take. */
export function commandMethods(prototype: object): { name: string; type: string; method: object }[] {
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const method = (prototype as Record<string, unknown>)[name];
    if (typeof method !== 'function' || Reflect.getMetadata(MESSAGE_MAPPING_METADATA, method) !== true) return [];
    return [{ name, type: Reflect.getMetadata(MESSAGE_METADATA, method) as string, method }];
  });
}

function commandHandler<Reply>(gateway: object, name: string, contexts: ExternalContextCreator): CommandHandler<Reply> {
  const method = (gateway as Record<string, Method>)[name];
  if (method === undefined) throw new Error(`${gateway.constructor.name} has no method ${name}`);
  const parameters = describeParameters(Object.getPrototypeOf(gateway) as object, name);
  const parse = parameters.commandClass
    ? commandParser(parameters.commandClass)
    : ({ fields }: ClientMessage) => fields;
  const enhanced =
    parameters.custom ||
    ENHANCERS.some((key) => Reflect.hasMetadata(key, method) || Reflect.hasMetadata(key, gateway.constructor));
  if (enhanced)
    return { parse, invoke: finishing<Reply>(nestContext(gateway, name, method, contexts)), overlaps: false };
  const overlaps = Reflect.getMetadata('design:returntype', gateway, name) === Begun;
  return { parse, invoke: directCall(gateway, method, parameters.kinds), overlaps };
}

/** A call of the method with its parameters in place; those that nearly all methods have, without an array for each call. */
function directCall<Reply>(gateway: object, method: Method, kinds: number[]): Invoke<Reply> {
  if (kinds.length === 2 && kinds[0] === SOCKET && kinds[1] === PAYLOAD)
    return (connection, command) => method.call(gateway, connection, command) as Outcome<Reply>;
  return (connection, command) =>
    method.apply(
      gateway,
      kinds.map((kind) => (kind === SOCKET ? connection : command)),
    ) as Outcome<Reply>;
}

interface Parameters {
  /** For each parameter, by its index: the connection, or the message. */
  kinds: number[];
  commandClass: Type<object> | undefined;
  /** Whether a parameter has a pipe, a property path, or another library's decorator. */
  custom: boolean;
}

interface ParameterMetadata {
  index: number;
  data?: unknown;
  pipes: unknown[];
}

export function describeParameters(prototype: object, name: string): Parameters {
  const metadata = (Reflect.getMetadata(PARAM_ARGS_METADATA, prototype.constructor, name) ?? {}) as Record<
    string,
    ParameterMetadata
  >;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as Type<object>[];
  const result: Parameters = { kinds: [], commandClass: undefined, custom: false };
  for (const [key, { index, data, pipes }] of Object.entries(metadata)) {
    const kind = Number(key.split(':')[0]);
    if ((kind !== SOCKET && kind !== PAYLOAD) || data !== undefined || pipes.length > 0) result.custom = true;
    else result.kinds[index] = kind;
    const type = types[index];
    if (kind === PAYLOAD && data === undefined && type !== undefined && type !== Object) result.commandClass = type;
  }
  return result;
}

/** Behind guards and interceptors nothing begins early: they may do anything before they let it. */
function finishing<Reply>(invoke: (connection: object, command: object) => Promise<unknown>): Invoke<Reply> {
  return async (connection, command) => {
    const reply = await invoke(connection, command);
    return (reply instanceof Begun ? reply.finish().finally(reply.answered) : reply) as Reply;
  };
}

function nestContext(
  gateway: object,
  name: string,
  method: (...args: unknown[]) => unknown,
  contexts: ExternalContextCreator,
): (connection: object, command: object) => Promise<unknown> {
  const factory = {
    exchangeKeyForValue(kind: number, property: unknown, args: unknown[]): unknown {
      if (kind === SOCKET) return args[0];
      return typeof property === 'string' ? (args[1] as Record<string, unknown>)[property] : args[1];
    },
  };
  const options = { guards: true, interceptors: true, filters: false };
  return contexts.create(gateway, method, name, PARAM_ARGS_METADATA, factory, undefined, undefined, options, 'ws') as (
    connection: object,
    command: object,
  ) => Promise<unknown>;
}
