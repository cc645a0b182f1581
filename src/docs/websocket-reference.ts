import { INestApplication } from '@nestjs/common';
import type { Request, Response } from 'express';
import { asyncApiDocument } from './asyncapi.js';

/** Serves the AsyncAPI document as `/api/docs/asyncapi.json`, made at the first request. */
export function serveWebSocketReference(app: INestApplication): void {
  let document: string | undefined;
  app.getHttpAdapter().get('/api/docs/asyncapi.json', (_request: Request, response: Response) => {
    document ??= JSON.stringify(asyncApiDocument(app), undefined, 2);
    response.type('application/json').send(document);
  });
}
