import { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { RealtimeModule } from '../../realtime/realtime.module.js';

/** The part of JSON Schema (draft 7) that our classes give. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  default?: string | number | boolean;
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  allOf?: JsonSchema[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export type Schemas = Record<string, JsonSchema>;

/** The schemas of classes and of what they refer to, by class name, from the same decorators as OpenAPI's. */
export function schemasOf(app: INestApplication, classes: readonly Type<object>[]): Schemas {
  requireDistinctNames(classes);
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().setOpenAPIVersion('3.1.0').build(), {
    // A module without routes: only the classes are wanted.
    include: [RealtimeModule],
    extraModels: [...new Set(classes.flatMap((type) => [type, ...extraModelsOf(type)]))],
  });
  const schemas = Object.entries(document.components?.schemas ?? {});
  return Object.fromEntries(schemas.map(([name, schema]) => [name, toJsonSchema(schema) as JsonSchema]));
}

/** What a class names by `@ApiExtraModels`, as one does that refers to another by hand; its parents' too. */
function extraModelsOf(type: Type<object>): Type<object>[] {
  return (Reflect.getMetadata('swagger/apiExtraModels', type) as Type<object>[] | undefined) ?? [];
}

/** What a schema refers to, directly or not, out of `schemas`. */
export function referredBy(schema: JsonSchema, schemas: Schemas, found: Schemas = {}): Schemas {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    const target = schemas[name];
    if (target === undefined || name in found) continue;
    found[name] = target;
    referredBy(target, schemas, found);
  }
  return found;
}

/** A value that fits the schema, made of its examples; of optional fields, those that have one. */
export function exampleOf(schema: JsonSchema, schemas: Schemas): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (target !== undefined) return exampleOf(schemas[target.replace(/.*\//, '')] ?? {}, schemas);
  if (schema.type === 'array') return [exampleOf(schema.items ?? {}, schemas)];
  if (schema.properties === undefined) return schema.enum?.[0] ?? {};
  const shown = Object.entries(schema.properties).filter(
    ([name, property]) => schema.required?.includes(name) || property.examples !== undefined,
  );
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property, schemas)]));
}

// Two classes of one name would silently be one schema.
function requireDistinctNames(classes: readonly Type<object>[]): void {
  const byName = new Map<string, Type<object>>();
  for (const type of classes) {
    if ((byName.get(type.name) ?? type) !== type) throw new Error(`Two documented classes are called ${type.name}.`);
    byName.set(type.name, type);
  }
}

/** OpenAPI's own words become those of JSON Schema: `example` is `examples`. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { example, ...rest } = value as Record<string, unknown>;
  // Swagger adds the class of the field, `RawJson`, to what it may be.
  if (rest['anyOf'] !== undefined) delete rest['allOf'];
  const converted = Object.entries(rest).map(([key, part]): [string, unknown] => [
    key,
    key === 'default' || key === 'enum' ? part : key === 'properties' ? mapValues(part as object) : toJsonSchema(part),
  ]);
  return { ...Object.fromEntries(converted), ...(example !== undefined && { examples: [example] }) };
}

// A property may itself be called `example`.
function mapValues(properties: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, toJsonSchema(schema)]));
}
