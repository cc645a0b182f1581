import { OpenAPIObject } from '@nestjs/swagger';
import { problemAnswer } from '../infra/http/api-docs.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']> & { 'x-public'?: boolean };

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Says what is true of every route once, here: who may call it, and what the edge answers before a controller is asked. */
export function completeOperations(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation !== undefined) item[method] = completed(operation, path.startsWith('/api/'));
    }
  }
  return document;
}

function completed({ 'x-public': isPublic = false, ...operation }: Operation, limited: boolean): Operation {
  const responses = {
    ...(!isPublic && { 401: problemAnswer(401) }),
    ...(limited && { 429: problemAnswer(429) }),
    500: problemAnswer(500),
    ...operation.responses,
  };
  return { ...operation, security: isPublic ? [] : [{ bearer: [] }], responses };
}
