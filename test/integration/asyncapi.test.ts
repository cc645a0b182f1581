import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Parser } from '@asyncapi/parser';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asyncApiDocument } from '../../src/docs/asyncapi.js';
import { RAW_GATEWAY } from '../../src/realtime/raw-gateway.js';
import { SOCKET_GATEWAY } from '../../src/realtime/socket-gateway.js';
import { GATEWAY_DOCS, GatewayDocs } from '../../src/realtime/wire-docs.js';
import { AsyncApiChecker, AsyncApiDocument, fetchAsyncApi } from '../support/asyncapi.js';
import { channelScene } from '../support/scene.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let document: AsyncApiDocument;

beforeAll(async () => {
  app = await startTestApp();
  document = await fetchAsyncApi(app);
});
afterAll(() => app.close());

describe('AsyncAPI at /api/docs/asyncapi.json (8)', () => {
  it('has every gateway at its address, with each parameter and query parameter described', () => {
    expect(Object.fromEntries(Object.entries(document.channels).map(([name, { address }]) => [name, address]))).toEqual(
      {
        call: '/',
        channel: '/ws/channel/{channel_id}',
        dm: '/ws/dm/{other_user_id}',
        live: '/live',
        lobby: '/lobby',
        meeting: '/ws/meet/{room_id}',
        room: '/ws/{room_id}',
        user: '/ws/user',
      },
    );
    for (const { address, parameters, bindings } of Object.values(document.channels)) {
      expect(Object.keys(parameters)).toEqual([...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      const described = [...Object.values(parameters), ...Object.values(bindings.ws.query.properties)];
      for (const { description } of described) expect(description).toBeTruthy();
    }
  });

  it('has every @SubscribeMessage handler of every gateway, with a summary', () => {
    const gateways = new DiscoveryService(app.app.get(ModulesContainer)).getProviders().flatMap(({ metatype }) => {
      const type = metatype as unknown as (new () => object) | null;
      return type && [RAW_GATEWAY, SOCKET_GATEWAY].some((mark) => Reflect.hasMetadata(mark, type)) ? [type] : [];
    });
    const documented = Object.keys(document.operations).filter((id) => id.includes('.receive.'));
    const handled = gateways.flatMap((gateway) => {
      const { name } = Reflect.getMetadata(GATEWAY_DOCS, gateway) as GatewayDocs;
      const prototype = gateway.prototype as unknown as Record<string, object>;
      const own = new MetadataScanner()
        .getAllMethodNames(prototype)
        .flatMap((method) => (Reflect.getMetadata('message', prototype[method]!) as string | undefined) ?? []);
      const { guests = false } = (Reflect.getMetadata(RAW_GATEWAY, gateway) ?? {}) as { guests?: boolean };
      const core = Reflect.hasMetadata(RAW_GATEWAY, gateway) ? ['auth_token', 'ping', ...(guests ? ['join'] : [])] : [];
      return [...new Set([...own, ...core])].map((type) => `${name}.receive.${type}`);
    });
    expect(gateways.length).toBe(Object.keys(document.channels).length);
    expect(documented.sort()).toEqual(handled.sort());
  });

  it('summarises each operation and message, and describes each field of each schema', () => {
    const bare = [
      ...Object.entries(document.operations).flatMap(([id, { summary }]) => (summary ? [] : [id])),
      ...Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
        Object.entries(properties).flatMap(([field, { description, $ref }]) =>
          description || $ref ? [] : [`${name}.${field}`],
        ),
      ),
    ];
    expect(bare).toEqual([]);
  });

  it('gives each message an example that its own schema accepts, and no other field', () => {
    const checker = new AsyncApiChecker(document);
    for (const [key, { examples }] of Object.entries(document.components.messages))
      for (const { payload } of examples) expect([key, checker.problems(key, payload)]).toEqual([key, '']);
  });

  it('lists every close code and error code with its meaning and what the client should do (1.2)', () => {
    expect(document['x-close-codes'].map(({ code }) => code)).toEqual([
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4404, 4408, 4409, 4413, 4429,
    ]);
    expect(document['x-error-codes'].map(({ code }) => code)).toEqual([
      'bad_json',
      'unknown_type',
      'validation_failed',
      'auth_required',
      'forbidden',
      'not_found',
      'target_not_found',
      'room_full',
      'room_locked',
      'conflict',
      'unavailable',
      'rate_limited',
      'internal',
    ]);
    for (const { code, meaning, client } of [...document['x-close-codes'], ...document['x-error-codes']]) {
      expect(document.info.description).toContain(String(code));
      expect(document.info.description).toContain(`${meaning} | ${client} |`);
    }
  });

  it('refers only to what it defines', () => {
    for (const [, pointer = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer
        .split('/')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
      expect(target, pointer).toBeDefined();
    }
    expect(document.asyncapi).toBe('3.0.0');
  });

  it('is valid AsyncAPI 3, as the parser of its authors reads it', { timeout: 120_000 }, async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
    // There is a 3.1, which says nothing new of what is used here.
    const wrong = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(wrong.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
    const operations = parsed?.operations().all() ?? [];
    expect(operations.map((operation) => operation.id()).sort()).toEqual(Object.keys(document.operations).sort());
  });

  it('is the committed docs/asyncapi.json, where the settings are the default ones', () => {
    const committed = readFileSync(path.resolve(import.meta.dirname, '../../docs/asyncapi.json'), 'utf8');
    // The order of names is another one here: what an `import *` gives is sorted by Node, and not by Vite.
    expect(isDeepStrictEqual(document, JSON.parse(committed)), 'run npm run generate').toBe(true);
  });

  it('is the same each time', () => {
    expect(JSON.parse(JSON.stringify(asyncApiDocument(app.app)))).toEqual(document);
    expect(JSON.stringify(asyncApiDocument(app.app))).toBe(JSON.stringify(asyncApiDocument(app.app)));
  });

  it('documents the limits of the query that the server has: beyond them it closes with 4400 (2)', async () => {
    const { owner, channelId } = await channelScene(app, { members: [] });
    const { history, presence } = document.channels['channel']!.bindings.ws.query.properties as Record<
      string,
      { maximum?: number; enum?: string[] }
    >;
    const { maximum = 0 } = history!;
    for (const mode of presence!.enum!) {
      const client = await owner.channel(channelId, { presence: mode, history: String(maximum) });
      await client.close();
    }
    for (const query of [{ presence: 'other' }, { history: String(maximum + 1) }, { since: '-1' }]) {
      const client = await owner.dial(`/ws/channel/${channelId}`, query);
      expect(await client.closed).toMatchObject({ code: 4400 });
    }
  });
});
