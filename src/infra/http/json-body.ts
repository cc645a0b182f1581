import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { exceedsJsonLimits } from '../../common/json-limits.js';
import { BadJson, TooLarge, UnreadableEncoding } from './body.errors.js';

export const BODY_MAX_BYTES = 256 * 1024;

/** Refuses a body of another media type with 415, before anything reads it; `elsewhere`: what has its own rule for it. */
export function requireJson(elsewhere: (request: Request) => boolean): RequestHandler {
  return (request, _response, next) => {
    // `is` gives null when there is no body, and false when there is one of another type.
    const empty = request.headers['content-length'] === '0';
    const refused = !empty && request.is('application/json') === false && !elsewhere(request);
    next(refused ? new UnsupportedMediaTypeException() : undefined);
  };
}

/** Says in our codes what the body parser found wrong; its own message quotes the body, which may hold a password. */
export function bodyErrors(error: { type?: string }, _request: Request, _response: Response, next: NextFunction): void {
  next(translated(error));
}

function translated(error: { type?: string }): unknown {
  switch (error.type) {
    case 'entity.too.large':
      return new TooLarge(`The body is over ${BODY_MAX_BYTES} bytes.`);
    case 'entity.parse.failed':
    case 'request.aborted':
    case 'request.size.invalid':
      return new BadJson('The body is not valid JSON.');
    case 'charset.unsupported':
      return new UnsupportedMediaTypeException();
    case 'encoding.unsupported':
      return new UnreadableEncoding();
    default:
      return error;
  }
}

/** A parsed body is an object, at most 32 levels deep, with at most 256 keys in each object (section 1). */
export function bodyLimits(request: Request, _response: Response, next: NextFunction): void {
  const body: unknown = request.body;
  if (Array.isArray(body)) next(new BadJson('The body must be a JSON object.'));
  else if (exceedsJsonLimits(body))
    next(new BadJson('The body is nested too deep, an object has too many keys, or a number is too large.'));
  else next();
}
