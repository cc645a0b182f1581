import type { IncomingMessage } from 'node:http';
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Where a body is not what the others are: JSON up to a limit, which is parsed. */
export interface BodyRoute {
  method: string;
  path: RegExp;
}

/** Whether a request is for one of these; `path` is what Express finds the route by. */
export function isFor(routes: readonly BodyRoute[]): (request: IncomingMessage) => boolean {
  return (request) => {
    const { method, path } = request as Request;
    return routes.some((route) => route.method === method && route.path.test(path));
  };
}

/** The body as it was sent, unparsed; empty where there is none. Only on a route whose body is read as text. */
export const VerbatimBody = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body ?? '';
  if (typeof body !== 'string') throw new Error('@VerbatimBody() on a route whose body is parsed');
  return body;
});
