import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimited } from '../../common/domain-error.js';
import { clientNetwork } from './client-address.js';
import { isDocument } from './documents.js';

const REQUESTS_PER_SECOND = 100;

/** Refuses an address with 429 for the rest of the second in which it made over 100 requests to this node. */
export function requestLimit(): RequestHandler {
  const limiter = new RateLimiterMemory({ points: REQUESTS_PER_SECOND, duration: 1 });
  return (request: Request, _response: Response, next: NextFunction) => {
    // A browser that opens the documents fetches several files at once.
    if (isDocument(request.path)) {
      next();
      return;
    }
    limiter.consume(clientNetwork(request.ip)).then(
      () => {
        next();
      },
      (error: unknown) => {
        next(error instanceof RateLimiterRes ? new RateLimited(error.msBeforeNext) : error);
      },
    );
  };
}
