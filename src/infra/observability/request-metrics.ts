import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.js';

type RoutedRequest = IncomingMessage & { route?: { path?: unknown } };
type Middleware = (request: RoutedRequest, response: ServerResponse, next: () => void) => void;

/** Times every request from its headers to the end of its answer, or to its end without one. */
export function requestMetrics(metrics: Metrics): Middleware {
  const durations = metrics.histogram({
    name: 'parley_http_request_duration_seconds',
    help: 'HTTP requests, by route template; (none) where no route took it. Upgrades to WebSocket are not among them.',
    labelNames: ['method', 'route', 'status'],
  });
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const labels = {
        method: request.method ?? '',
        route: routeOf(request),
        status: response.writableFinished ? response.statusCode : 'cut off',
      };
      durations.observe(labels, (performance.now() - began) / 1000);
    });
    next();
  };
}

/** The template: a path may hold what opens a door, and there is no end to the different ones. */
function routeOf({ route }: RoutedRequest): string {
  const path = route?.path;
  // Nest's own answer that there is none is a route as well, of every path.
  return typeof path === 'string' && !path.includes('*') ? path : '(none)';
}
