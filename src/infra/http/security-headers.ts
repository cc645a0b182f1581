import { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { HelmetOptions } from 'helmet';

/** Helmet's headers, the same for every answer: it is asked once, and not its dozen of functions for each request. */
export function securityHeaders(options: HelmetOptions): RequestHandler {
  const headers = new Map<string, string>();
  const sample = new ServerResponse(new IncomingMessage(null as never));
  sample.setHeader = (name, value) => {
    headers.set(name, String(value));
    return sample;
  };
  helmet(options)(sample.req, sample, (error) => {
    if (error instanceof Error) throw error;
  });
  return (_request, response, next) => {
    response.setHeaders(headers);
    next();
  };
}
