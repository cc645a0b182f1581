import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { Logger } from 'pino';

declare module 'node:http' {
  interface IncomingMessage {
    /** What the request is called in the logs and in its answer. */
    id: string;
  }
}

const SANE_ID = /^[\w.:-]{1,128}$/;

type RoutedRequest = IncomingMessage & { route?: { path?: unknown } };

/** Names every request (a proxy's `X-Request-Id`, or one of ours), and logs a line when it is answered, or cut off. */
export function requestLog(logger: Logger): RequestHandler {
  // The line's fields are named below, and none is a secret: looking for one in each line would cost more than the rest.
  const log = logger.child({}, { redact: [] });
  return (request, response, next) => {
    const began = Date.now();
    const id = nameOf(request);
    request.id = id;
    response.setHeader('X-Request-Id', id);
    // It comes once, after `finish` or without it.
    response.on('close', () => {
      log[levelOf(request, response)](
        { request_id: id, ...describe(request, response), ms: Date.now() - began },
        'request',
      );
    });
    next();
  };
}

function nameOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

function levelOf(request: IncomingMessage, response: ServerResponse): 'debug' | 'info' {
  return request.url?.startsWith('/health/') && response.statusCode < 500 ? 'debug' : 'info';
}

// The route, not the path: a path may hold what opens a door (an invite's code), and a query may hold anything.
function describe({ method, route }: RoutedRequest, { statusCode }: ServerResponse): object {
  return { method, route: typeof route?.path === 'string' ? route.path : '(none)', status: statusCode };
}
