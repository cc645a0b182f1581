import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/docs/openapi.js';
import { startTestApp, TestApp } from '../support/test-app.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

let server: TestApp;
let document: OpenAPIObject;

beforeAll(async () => {
  server = await startTestApp();
  document = (await (await fetch(`${server.url}/api/docs-json`)).json()) as OpenAPIObject;
});
afterAll(() => server.close());

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Operation][] => {
      const operation = item[method];
      return operation ? [[`${method.toUpperCase()} ${path}`, operation]] : [];
    }),
  );

/** What is wrong, for each operation where something is. */
const faults = (check: (operation: Operation, name: string) => string | false | undefined): string[] =>
  operations().flatMap(([name, operation]) => {
    const fault = check(operation, name);
    return fault === undefined || fault === false ? [] : [`${name}: ${fault}`];
  });

describe('OpenAPI at /api/docs-json (8)', () => {
  it('has every route that the server has', () => {
    const documented = operations().map(([name]) => name);
    expect(documented.sort()).toEqual(routesOf(server).sort());
  });

  it('gives each operation a summary, a description, an id of its own and a tag that is described', () => {
    const tags = new Set(document.tags?.map(({ name }) => name));
    expect(faults(({ summary }) => !summary && 'no summary')).toEqual([]);
    expect(faults(({ description }) => !description && 'no description')).toEqual([]);
    expect(faults(({ tags: own }) => !own?.length && 'no tag')).toEqual([]);
    expect(faults(({ tags: own = [] }) => own.find((tag) => !tags.has(tag)))).toEqual([]);
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of each operation whether it needs a token, and documents the 401 if it does', () => {
    expect(faults(({ security }) => security === undefined && 'says nothing')).toEqual([]);
    expect(
      faults(({ security, responses }) => security?.length !== 0 && !responses['401'] && 'no 401 documented'),
    ).toEqual([]);
    expect(document.components?.securitySchemes?.['bearer']).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('documents a success of each operation, with a schema unless there is no body', () => {
    expect(
      faults(({ responses }) => {
        const success = Object.entries(responses).filter(([status]) => status.startsWith('2'));
        if (success.length === 0) return 'no success documented';
        const bare = success.find(
          ([status, response]) => status !== '204' && response && !('$ref' in response) && !response.content,
        );
        return bare && `${bare[0]} has no schema`;
      }),
    ).toEqual([]);
  });

  it('documents the errors of each operation as problem details with an example', () => {
    expect(
      faults(({ responses }) => {
        const errors = Object.entries(responses).filter(([status]) => /^[45]/.test(status));
        if (errors.length === 0) return 'no error documented';
        return errors.find(
          ([, response]) =>
            !(
              response &&
              'content' in response &&
              /"application\/problem\+json":\{.*"example":/.test(JSON.stringify(response.content))
            ),
        )?.[0];
      }),
    ).toEqual([]);
  });

  it('documents a refused body wherever there is one', () => {
    expect(faults(({ requestBody, responses }) => requestBody && !responses['400'] && 'no 400 documented')).toEqual([]);
  });

  it('describes each property of each schema', () => {
    const undescribed = Object.entries(document.components?.schemas ?? {}).flatMap(([schema, definition]) =>
      Object.entries(('properties' in definition && definition.properties) || {})
        .filter(([, property]) => !('$ref' in property) && !property.description)
        .map(([name]) => `${schema}.${name}`),
    );
    expect(undescribed).toEqual([]);
  });

  it('documents each field that is validated (stack P5)', async () => {
    const classes = await exportedClasses();
    const missing = classes.flatMap((type) => {
      const documented = (Reflect.getMetadata('swagger/apiModelPropertiesArray', type.prototype as object) ??
        []) as string[];
      const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
      return [...new Set(rules.map(({ propertyName }) => propertyName))]
        .filter((name) => !documented.includes(`:${name}`))
        .map((name) => `${type.name}.${name}`);
    });
    expect(classes.map(({ name }) => name)).toContain('PageQuery');
    expect(missing).toEqual([]);
  });

  it('refers only to what it defines, and names every parameter of a path', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, pointer] of references) expect(resolve(pointer!), pointer).toBeDefined();
    expect(
      faults((operation, name) => {
        const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
        const declared = (operation.parameters ?? []).flatMap((parameter) =>
          'in' in parameter && parameter.in === 'path' ? [parameter.name] : [],
        );
        return inPath.sort().join() !== declared.sort().join() && `has ${declared.join()}`;
      }),
    ).toEqual([]);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Parley' }, servers: [{ url: '/' }] });
  });

  it('is the same each time', () => {
    expect(JSON.stringify(openApiDocument(server.app))).toBe(JSON.stringify(document));
  });
});

describe('Swagger UI at /api/docs (8)', () => {
  it('loads, under a policy that allows no inline script', async () => {
    const page = await fetch(`${server.url}/api/docs`);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
    // Over plain HTTP, anywhere but on the same machine, this would make the browser look for our files over TLS.
    expect(page.headers.get('content-security-policy')).not.toMatch(/upgrade-insecure-requests/);
    const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)</g)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, inline] of scripts) {
      expect(inline!.trim()).toBe('');
      const address = /src="([^"]+)"/.exec(attributes!)?.[1];
      const script = await fetch(new URL(address!, `${server.url}/api/docs`));
      expect([script.status, script.headers.get('content-type')]).toEqual([200, expect.stringMatching(/javascript/)]);
    }
  });
});

// Other test files' classes are in the validator's memory too, so the source is asked what classes it has.
async function exportedClasses(): Promise<(new () => object)[]> {
  const source = path.resolve(import.meta.dirname, '../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.spec|^main)\.ts$/.test(file),
  );
  const modules = await Promise.all(
    files.map((file) => import(path.join(source, file)) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) =>
    Object.values(module).filter(
      (value): value is new () => object => typeof value === 'function' && /^class\b/.test(String(value)),
    ),
  );
}

function resolve(pointer: string): unknown {
  return pointer.split('/').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

/** What Express serves of our controllers, asked of Express itself; the pages of the docs are no part of the API. */
function routesOf({ app }: TestApp): string[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) =>
    // Nest's own answer to a wrong method is mounted for every method that Node knows.
    route === undefined || route.methods['trace'] || route.path.startsWith('/api/docs')
      ? []
      : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`),
  );
}
