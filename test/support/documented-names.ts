import type { INestApplication } from '@nestjs/common';
import { match } from 'path-to-regexp';
import { asyncApiDocument } from '../../src/docs/asyncapi.js';
import { lastOf } from './asyncapi.js';
import type { AsyncApiDocument } from './asyncapi.js';

/** What clients have been sent, by the port that they are connected to: the path or namespace, and the event's name. */
const seen = new Map<string, Set<string>>();
/** Of applications without modules of another team: the same for all. */
let ours: AsyncApiDocument | undefined;

/** Remembers that a server sends such an event there. */
export function noteName(url: URL, name: string): void {
  const names = seen.get(url.port) ?? new Set();
  names.add(`${url.pathname} ${name}`);
  seen.set(url.port, names);
}

/**
 * Whatever a test was about: each event that one of our gateways has sent to it has to be in the AsyncAPI document. Call it
 * before the application is closed; `port` is where it listens.
 */
export function requireDocumentedNames(app: INestApplication, port: string, document?: AsyncApiDocument): void {
  const names = seen.get(port) ?? new Set();
  seen.delete(port);
  if (names.size === 0) return;
  const held = document ?? (ours ??= asyncApiDocument(app) as AsyncApiDocument);
  const unknown = [...names].filter((line) => !isDocumented(line, held));
  if (unknown.length > 0) throw new Error(`These events are in no document: ${unknown.join(', ')}`);
}

function isDocumented(line: string, { channels, components }: AsyncApiDocument): boolean {
  const space = line.indexOf(' ');
  const [path, name] = [line.slice(0, space), line.slice(space + 1)];
  const gateway = Object.values(channels)
    .sort((a, b) => literals(b.address) - literals(a.address))
    .find(({ address, 'x-namespaces': namespaces }) =>
      namespaces ? namespaces.includes(path) : match(address.replace(/\{(\w+)\}/g, ':$1'))(path) !== false,
    );
  // Not one of ours.
  if (gateway === undefined) return true;
  return Object.values(gateway.messages).some((message) => components.messages[lastOf(message)]?.name === name);
}

function literals(address: string): number {
  return address.split('/').filter((segment) => segment !== '' && !segment.startsWith('{')).length;
}
