import { OpenAPIObject } from '@nestjs/swagger';
import { problemAnswer } from '../infra/http/api-docs.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']> & { 'x-public'?: boolean; 'x-token-optional'?: boolean };

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Says what is true of every route once, here: who may call it, and what the edge answers before a controller is asked. */
export function completeOperations(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation !== undefined) item[method] = completed(operation, path);
    }
  }
  return document;
}

function completed(
  { 'x-public': isPublic = false, 'x-token-optional': isOptional = false, ...operation }: Operation,
  path: string,
): Operation {
  const parameters = [...(operation.parameters ?? []), ...missingIds(operation, path)];
  const takesInput = operation.requestBody !== undefined || parameters.length > 0;
  const responses = {
    ...(takesInput && { 400: problemAnswer(400) }),
    ...(operation.requestBody && { 413: problemAnswer(413), 415: problemAnswer(415) }),
    ...(!isPublic && { 401: problemAnswer(401) }),
    ...(path.startsWith('/api/') && { 429: problemAnswer(429) }),
    500: problemAnswer(500),
    ...operation.responses,
  };
  return {
    ...operation,
    parameters,
    security: isPublic ? [] : [{ bearer: [] }, ...(isOptional ? [{}] : [])],
    responses,
  };
}

type Parameter = Extract<NonNullable<Operation['parameters']>[number], { in: string }>;

// A branded id is no class, so the decorators of a controller cannot tell that its parameter is there.
function missingIds(operation: Operation, path: string): Parameter[] {
  const declared = (operation.parameters ?? []).flatMap((parameter) => ('name' in parameter ? [parameter.name] : []));
  return [...path.matchAll(/\{(id|\w+_id)\}/g)]
    .map(([, name = 'id']) => name)
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      name,
      in: 'path',
      required: true,
      description: `The id of the ${thingOf(name, path)}.`,
      schema: { type: 'string', format: 'uuid' },
    }));
}

function thingOf(name: string, path: string): string {
  if (name !== 'id') return name.replace(/_id$/, '').replaceAll('_', ' ');
  const collection = /([a-z-]+)\/\{id\}/.exec(path)?.[1] ?? 'things';
  return collection.replace(/s$/, '');
}
