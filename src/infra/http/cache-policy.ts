import type { NextFunction, Request, Response } from 'express';
import { isDocument } from './documents.js';

/** Keeps answers of the API out of caches, which do not know whose they are; a route may say otherwise. */
export function noStore(request: Request, response: Response, next: NextFunction): void {
  if (!isDocument(request.path)) response.setHeader('Cache-Control', 'no-store');
  next();
}
