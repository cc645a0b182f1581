import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AsyncApiDocument, fetchAsyncApi } from '../support/asyncapi.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
let document: AsyncApiDocument;
let page: Response;
let markup: string;

beforeAll(async () => {
  app = await startTestApp({ env: { RATE_LIMIT_DISABLED: '0' } });
  document = await fetchAsyncApi(app);
  page = await fetch(`${app.url}/api/docs/ws`);
  markup = await page.text();
});
afterAll(() => app.close());

describe('the WebSocket reference at /api/docs/ws (8)', () => {
  it('is open to everyone, and is the same each time', async () => {
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await (await fetch(`${app.url}/api/docs/ws`)).text()).toBe(markup);
  });

  it('runs no script and fetches nothing', () => {
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(markup).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=|\sstyle=/i);
  });

  it('has every gateway, message, field, close code and error code of the AsyncAPI document', () => {
    const anchors = new Set([...markup.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [name, { address }] of Object.entries(document.channels)) {
      expect(anchors).toContain(name);
      expect(markup).toContain(`<code>${address.replace(/\{(\w+)\}/g, ':$1')}</code>`);
    }
    for (const [key, { payload }] of Object.entries(document.components.messages)) {
      const anchor = [...anchors].find((id) => id?.split('.').at(-1) === key);
      expect(anchor, key).toBeDefined();
      const article = markup.slice(markup.indexOf(` id="${anchor!}"`)).split('</article>')[0] ?? '';
      const { properties = {} } = document.components.schemas[payload.$ref.replace(/.*\//, '')] ?? {};
      for (const field of Object.keys(properties)) expect(article, `${key}.${field}`).toContain(field);
      expect(article).toContain('<pre><code>{');
    }
    for (const { code } of [...document['x-close-codes'], ...document['x-error-codes']])
      expect(markup).toMatch(new RegExp(`<th scope="row">(?:<code>)?${code}<`));
  });

  it('has no anchor twice, and links only to anchors that it has and pages that the server has', async () => {
    const ids = [...markup.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const links = new Set([...markup.matchAll(/ href="([^"]+)"/g)].map(([, href = '']) => href));
    for (const link of links) {
      if (link.startsWith('#')) expect(ids).toContain(link.slice(1));
      else expect((await fetch(`${app.url}${link}`)).status, link).toBe(200);
    }
  });

  it('shows the four ways to authenticate, each with code', () => {
    for (const id of ['auth-header', 'auth-subprotocol', 'auth-ticket', 'auth-in-band'])
      expect(markup).toMatch(new RegExp(`id="${id}"(?:(?!</article>)[^])*<pre><code>[^<]*new WebSocket\\(`));
  });

  it('is outside the limit of requests, as the AsyncAPI document and Swagger are', async () => {
    for (const path of ['/api/docs/ws', '/api/docs/asyncapi.json', '/api/docs']) {
      const answers = await Promise.all(Array.from({ length: 101 }, () => fetch(app.url + path, { method: 'HEAD' })));
      expect([path, new Set(answers.map(({ status }) => status))]).toEqual([path, new Set([200])]);
    }
  });
});
