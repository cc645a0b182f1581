import { DestinationStream, Logger, pino } from 'pino';
import { Settings } from '../../config/settings.js';

const SECRETS = [
  'authorization',
  'cookie',
  'sec-websocket-protocol',
  'password',
  'token',
  'access_token',
  'refresh_token',
  'ticket',
  'secret',
];

/** The process's log: one JSON object a line, to standard output unless told otherwise. */
export function createLogger(settings: Pick<Settings, 'LOG_LEVEL'>, destination?: DestinationStream): Logger {
  const options = {
    level: settings.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    // Nothing here logs secrets on purpose; this is for the day when somebody logs a whole object.
    redact: { paths: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]) },
  };
  return destination ? pino(options, destination) : pino(options);
}

interface ErrorDescription {
  type: string;
  message: string;
  stack?: string | undefined;
  code?: unknown;
  constraint?: unknown;
  query?: unknown;
  cause?: ErrorDescription;
}

/** Fields by name, never all: an error of the database driver carries the parameters of its statement, which are users' data. */
function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, constraint, query } = error as { code?: unknown; constraint?: unknown; query?: unknown };
  return {
    type: error.constructor.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(query !== undefined && { query }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
