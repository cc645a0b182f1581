import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger } from 'pino';
import { HttpLogger, pinoHttp } from 'pino-http';

const SANE_ID = /^[\w.:-]{1,128}$/;

/** Names every request (a proxy's `X-Request-Id`, or one of ours), and logs a line when it is answered, or cut off. */
export function requestLog(logger: Logger): HttpLogger<RoutedRequest> {
  return pinoHttp<RoutedRequest>({
    logger,
    genReqId: nameRequest,
    // The line's fields are named below, and none is a secret: looking for one in each line would cost more than the rest.
    redact: [],
    quietResLogger: true,
    wrapSerializers: false,
    serializers: { req: () => undefined },
    customLogLevel: (request, response) => levelOf(request, response),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: describe,
    customErrorObject: (request, response, _error, fields: object) => describe(request, response, fields),
  });
}

type RoutedRequest = IncomingMessage & { route?: { path?: unknown } };

function nameRequest(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

function levelOf(request: IncomingMessage, response: ServerResponse): 'debug' | 'info' {
  return request.url?.startsWith('/health/') && response.statusCode < 500 ? 'debug' : 'info';
}

// The route, not the path: a path may hold what opens a door (an invite's code), and a query may hold anything.
function describe(request: RoutedRequest, response: ServerResponse, fields: object): object {
  const route = request.route?.path;
  return {
    // Here rather than bound to a logger of its own for each request (`quietReqLogger`).
    request_id: request.id,
    method: request.method,
    route: typeof route === 'string' ? route : '(none)',
    status: response.statusCode,
    ms: (fields as { responseTime?: number }).responseTime,
  };
}
