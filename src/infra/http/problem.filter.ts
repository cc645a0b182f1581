import { ArgumentsHost, Catch, ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { INTERNAL, Problem, problemOf } from './problem.js';

/** Every error of REST leaves through here, as `application/problem+json` (RFC 9457, protocol section 8). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error) ?? this.fault(error, request);
    if (response.headersSent) {
      // Half an answer is out: only a cut connection can tell the client that it is not whole.
      response.destroy();
      return;
    }
    setHeaders(response, problem);
    response.status(problem.status).send(JSON.stringify({ ...problem, request_id: request.id }));
  }

  private fault(error: unknown, request: Request): Problem & { error_id: string } {
    const errorId = randomUUID();
    this.logger.error({ msg: 'request failed', error_id: errorId, request_id: request.id, err: error });
    return { ...INTERNAL, error_id: errorId };
  }
}

function setHeaders(response: Response, problem: Problem): void {
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (problem.retry_after_ms !== undefined)
    response.setHeader('Retry-After', Math.ceil(problem.retry_after_ms / 1000).toString());
}
