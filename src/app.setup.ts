import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, ExtraModule } from './app.module.js';
import { Settings } from './config/settings.js';

export interface ApplicationOptions {
  settings: Settings;
  databaseUrl: string;
  /** Modules of another team, or of a test, beside ours. */
  extraModules?: ExtraModule[];
}

/** Builds and configures the application, ready to listen: main.ts and every test call it. */
export async function createApplication(options: ApplicationOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(options), {
    bodyParser: false,
    abortOnError: false,
  });
  configure(app);
  return app;
}

function configure(app: NestExpressApplication): void {
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
}
