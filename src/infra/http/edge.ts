import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import helmet from 'helmet';
import { Logger } from 'pino';
import { Settings } from '../../config/settings.js';
import { Metrics } from '../observability/metrics.js';
import { requestLog } from '../observability/request-log.js';
import { requestMetrics } from '../observability/request-metrics.js';
import { bodyPace } from './body-pace.js';
import { noStore } from './cache-policy.js';
import { BODY_MAX_BYTES, bodyErrors, bodyLimits, requireJson } from './json-body.js';
import { isOriginAllowed } from './origin-policy.js';
import { ProblemFilter } from './problem.filter.js';
import { requestLimit } from './request-limit.js';
import { validationPipe } from './validation.js';
import { BodyRoute, isFor } from './verbatim-body.js';

export interface EdgeOptions {
  settings: Settings;
  logger: Logger;
  /** Where bodies are read as text, and not parsed. */
  verbatim: readonly BodyRoute[];
  /** Where bodies are forms with a file, which the route reads. */
  uploads: readonly BodyRoute[];
}

/** What every REST request passes, in this order, before it reaches a controller. */
export function configureHttpEdge(
  app: NestExpressApplication,
  { settings, logger, verbatim, uploads }: EdgeOptions,
): void {
  app.disable('x-powered-by');
  // Answers are not to be stored, so nobody asks whether one is still fresh, and hashing each would be for nothing.
  app.disable('etag');
  const { TRUST_PROXY: proxies } = settings;
  if (proxies !== '') app.set('trust proxy', /^\d+$/.test(proxies) ? Number(proxies) : proxies);
  app.use(requestLog(logger));
  app.use(requestMetrics(app.get(Metrics)));
  app.use(
    helmet({
      // The UI must also work over plain HTTP, on a machine of the local network.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
  enableCors(app, settings);
  app.use('/api', noStore);
  if (!settings.RATE_LIMIT_DISABLED) app.use('/api', requestLimit());
  app.use(bodyPace, requireJson(isFor(uploads)));
  app.useBodyParser('text', { type: isFor(verbatim), limit: BODY_MAX_BYTES });
  app.useBodyParser('json', { limit: BODY_MAX_BYTES });
  app.use(bodyErrors, bodyLimits);
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
}

function enableCors(app: NestExpressApplication, settings: Settings): void {
  app.enableCors((request: Request, callback: (error: null, options: object) => void) => {
    const { origin, host } = request.headers;
    callback(null, {
      // A list, also an empty one, makes the middleware send `Vary: Origin`; caches must not mix answers up.
      origin: origin !== undefined && isOriginAllowed(origin, host, settings) ? [origin] : [],
      exposedHeaders: ['X-Request-Id', 'Retry-After'],
      maxAge: 600,
    });
  });
}
