import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DestinationStream } from 'pino';
import { AppModule, ExtraModule } from './app.module.js';
import { UPLOAD_ROUTES } from './attachments/upload-routes.js';
import { Settings } from './config/settings.js';
import { serveOpenApi } from './docs/openapi.js';
import { serveWebSocketReference } from './docs/websocket-reference.js';
import { EdgeAdapter } from './infra/http/edge-adapter.js';
import { configureHttpEdge } from './infra/http/edge.js';
import { createLogger } from './infra/observability/logger.js';
import { NestLogger } from './infra/observability/nest-logger.js';
import { LIVE_VALUE_ROUTE } from './live/live-routes.js';
import { RealtimeAdapter } from './realtime/realtime.adapter.js';

export interface ApplicationOptions {
  settings: Settings;
  databaseUrl: string;
  /** Modules of another team, or of a test, beside ours. */
  extraModules?: ExtraModule[];
  /** Where log lines go; standard output unless told otherwise. */
  logDestination?: DestinationStream;
}

/** Builds and configures the application, ready to listen: main.ts and every test call it. */
export async function createApplication(options: ApplicationOptions): Promise<NestExpressApplication> {
  const logger = createLogger(options.settings, options.logDestination);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.register(options),
    new EdgeAdapter(options.settings.SHUTDOWN_TIMEOUT_MS),
    {
      bodyParser: false,
      abortOnError: false,
      logger: new NestLogger(logger),
    },
  );
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  configureHttpEdge(app, { settings: options.settings, logger, verbatim: [LIVE_VALUE_ROUTE], uploads: UPLOAD_ROUTES });
  serveWebSocketReference(app);
  serveOpenApi(app);
  app.useWebSocketAdapter(new RealtimeAdapter(app));
  return app;
}
