import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { withClient } from './client.js';

/** A database of a test's own. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** `migrated`: a copy of the template; `empty`: nothing in it, not even the migrations' table. */
export async function createTestDatabase(content: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const source = content === 'migrated' ? template.pathname.slice(1) : 'template0';
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${source}`);
  const url = new URL(template);
  url.pathname = name;
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(statement: string): Promise<void> {
  const url = new URL(inject('templateUrl'));
  url.pathname = 'postgres';
  await withClient(url.href, (client) => client.query(statement));
}
