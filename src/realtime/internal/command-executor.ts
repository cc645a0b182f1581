import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { ANSWERED } from '../answered.js';
import { Begun } from '../begun.js';
import { Connection } from '../connection.js';
import { WireEvent } from '../wire.js';
import { answer } from './answer.js';
import { CommandHandler } from './command-dispatcher.js';
import { logFieldsOf } from './log-fields.js';
import { ClientMessage } from './message.js';
import { errorEventOf } from './wire-errors.js';

const logger = new Logger('CommandExecutor');

/** Runs one message against a gateway's dispatch table and answers it: a typed reply, an `ack`, or an `error`. */
export class CommandExecutor {
  /** Resolves when all that was begun has been answered; undefined when it has. */
  private answered: Promise<void> | undefined;

  constructor(
    private readonly commands: ReadonlyMap<string, CommandHandler>,
    private readonly connection: Connection,
  ) {}

  /** Whether commands of this type may begin before the ones before them are answered. */
  overlaps(type: string): boolean {
    return this.commands.get(type)?.overlaps ?? false;
  }

  /** Never fails: what a handler throws is answered, and logged when it is ours. Asynchronous only if the handler is. */
  execute(message: ClientMessage): void | Promise<void> {
    const handler = this.commands.get(message.type);
    if (handler === undefined) {
      answer(
        this.connection,
        { type: 'error', code: 'unknown_type', message: 'There is no such message type here.' },
        message.ref,
      );
      return undefined;
    }
    try {
      const reply = handler.invoke(this.connection, handler.parse(message));
      if (reply instanceof Begun)
        return this.inTurn(() =>
          this.settle(reply.finish(), message).then(() => {
            reply.answered();
          }),
        );
      if (reply instanceof Promise) return this.settle(reply, message);
      this.reply(reply, message.ref);
      return undefined;
    } catch (error) {
      const fail = () => {
        this.fail(error, message);
      };
      if (this.answered !== undefined) return this.inTurn(fail);
      fail();
      return undefined;
    }
  }

  /** Answers after all that was begun before. */
  private inTurn(settle: () => void | Promise<void>): Promise<void> {
    const answered = (this.answered ?? Promise.resolve()).then(settle).then(() => {
      if (this.answered === answered) this.answered = undefined;
    });
    this.answered = answered;
    return answered;
  }

  private async settle(reply: Promise<WireEvent | undefined>, message: ClientMessage): Promise<void> {
    try {
      this.reply(await reply, message.ref);
    } catch (error) {
      this.fail(error, message);
    }
  }

  private reply(reply: WireEvent | undefined, ref: string | undefined): void {
    if (reply === ANSWERED) return;
    const event = reply ?? { type: 'ack' };
    // An ack is for those who asked with a `ref`; a typed reply goes out in any case (protocol section 1).
    if (event.type === 'ack' && ref === undefined) return;
    answer(this.connection, event, ref);
  }

  private fail(error: unknown, { type, ref }: ClientMessage): void {
    const event = errorEventOf(error);
    if (event !== undefined) {
      answer(this.connection, event, ref);
      return;
    }
    const errorId = randomUUID();
    logger.error({
      msg: 'command failed',
      error_id: errorId,
      ...logFieldsOf(this.connection),
      command: type,
      err: error,
    });
    answer(
      this.connection,
      { type: 'error', code: 'internal', message: 'Something went wrong on our side.', error_id: errorId },
      ref,
    );
  }
}
