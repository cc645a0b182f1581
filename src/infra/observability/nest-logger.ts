import { LoggerService } from '@nestjs/common';
import { Level, Logger } from 'pino';

// One line for each module and route at every start: of use to who looks for a missing one, and to nobody else.
const CHATTY = new Set<unknown>(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'WebSocketsController']);

/** Nest's logger over pino. A message is a text or `{ msg, ...fields }`; the last text after it names who speaks. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    // Nest itself calls `error(message, stack, context)`.
    const stack = rest.length > 1 ? rest[0] : undefined;
    this.logger[level]({ context, ...(typeof stack === 'string' && { stack }), ...fieldsOf(message) });
  }
}

function fieldsOf(message: unknown): object {
  if (message instanceof Error) return { msg: message.message, err: message };
  if (typeof message === 'object' && message !== null) return message;
  return { msg: String(message) };
}
