import { INestApplication } from '@nestjs/common';
import type { Request, Response } from 'express';
import { asyncApiDocument } from './asyncapi.js';
import { PAGE_POLICY, webSocketPage } from './websocket-page.js';

/** Serves the reference for authors of WebSocket clients, open to everyone; each part is made when it is first asked for. */
export function serveWebSocketReference(app: INestApplication): void {
  const http = app.getHttpAdapter();
  const document = once(() => JSON.stringify(asyncApiDocument(app), undefined, 2));
  const page = once(() => webSocketPage(app));
  http.get('/api/docs/asyncapi.json', (_request: Request, response: Response) => {
    response.type('application/json').send(document());
  });
  http.get('/api/docs/ws', (_request: Request, response: Response) => {
    response.type('html').set('Content-Security-Policy', PAGE_POLICY).send(page());
  });
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
