import { Logger } from '@nestjs/common';
import { exceedsJsonLimits } from '../../../common/json-limits.js';
import { Begun } from '../../begun.js';
import { SocketConnection } from '../../socket-connection.js';
import { failureAck } from '../../socket-failure.js';
import { logFieldsOf } from '../log-fields.js';
import { Origin } from './packet-parser.js';
import { BadPayload, failureOf, UnknownEvent } from './socket-errors.js';
import { SocketRoute } from './socket-route.js';
import { AUTH_TOKEN, SocketSession } from './socket-session.js';

const logger = new Logger('SocketExecutor');

/** An event that has arrived. */
export interface SocketEvent {
  readonly args: readonly unknown[];
  /** Undefined: it came with binary attachments. */
  readonly origin: Origin | undefined;
}

type Acknowledge = (event: SocketEvent, answer: object) => void;

/** Runs one event against its gateway's dispatch table and acknowledges it, where that was asked for. */
export class SocketExecutor {
  constructor(
    private readonly route: SocketRoute,
    private readonly connection: SocketConnection,
    private readonly session: SocketSession,
    private readonly acknowledge: Acknowledge,
  ) {}

  /** Never fails: what a handler throws is told, and logged when it is ours. Asynchronous only if the handler is. */
  execute(event: SocketEvent): void | Promise<void> {
    try {
      const handler = this.route.commands.get(event.args[0] as string);
      if (handler === undefined) return this.renew(event);
      const command = handler.parse(messageOf(event));
      const reply = handler.invoke(this.connection, command);
      if (reply instanceof Promise) return this.settle(reply, event);
      if (reply instanceof Begun) return this.settle(reply.finish().finally(reply.answered), event);
      this.succeed(event, reply);
    } catch (error) {
      this.fail(event, error);
    }
    return undefined;
  }

  fail(event: SocketEvent, error: unknown): void {
    const { args } = event;
    const failure = failureOf(typeof args[0] === 'string' ? args[0] : '', error);
    if (failure.errorId !== undefined) this.log(failure.event, failure.errorId, error);
    const told = this.route.hooks.failed?.(this.connection, failure) ?? failure;
    this.acknowledge(event, failureAck(told));
  }

  /** @throws UnknownEvent */
  private renew(event: SocketEvent): Promise<void> {
    if (event.args[0] !== AUTH_TOKEN) throw new UnknownEvent();
    return this.settle(this.session.renew(messageOf(event).fields), event);
  }

  private async settle(reply: Promise<unknown>, event: SocketEvent): Promise<void> {
    try {
      this.succeed(event, await reply);
    } catch (error) {
      this.fail(event, error);
    }
  }

  private succeed(event: SocketEvent, data: unknown): void {
    if (event.origin?.id === undefined) return;
    this.acknowledge(event, { success: true, message: 'Success', data: data ?? null });
  }

  private log(event: string, errorId: string, err: unknown): void {
    const known = this.route.commands.has(event) ? event : undefined;
    logger.error({ msg: 'event failed', error_id: errorId, ...logFieldsOf(this.connection), event: known, err });
  }
}

/** @throws BadPayload */
function messageOf({ args, origin }: SocketEvent) {
  if (origin === undefined) throw new BadPayload('Binary attachments are not taken here.');
  const fields = args.length > 1 ? args[1] : {};
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new BadPayload('Expected one JSON object as the argument.');
  if (exceedsJsonLimits(fields))
    throw new BadPayload('The JSON is nested too deep, an object has too many keys, or a number is too large.');
  return { type: args[0] as string, ref: undefined, fields: fields as Record<string, unknown>, text: origin.text };
}
