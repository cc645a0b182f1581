import type { IncomingMessage } from 'node:http';
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** A route whose body is any JSON, for which it has limits of its own. */
export interface VerbatimRoute {
  method: string;
  path: RegExp;
}

/** Whether the body of a request is read as text, and left to its route; `path` is what Express finds the route by. */
export function isVerbatim(routes: readonly VerbatimRoute[]): (request: IncomingMessage) => boolean {
  return (request) => {
    const { method, path } = request as Request;
    return routes.some((route) => route.method === method && route.path.test(path));
  };
}

/** The body as it was sent, unparsed; empty where there is none. Only on a `VerbatimRoute`. */
export const VerbatimBody = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body ?? '';
  if (typeof body !== 'string') throw new Error('@VerbatimBody() on a route whose body is parsed');
  return body;
});
