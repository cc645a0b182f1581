import { createHash } from 'node:crypto';
import { INestApplication } from '@nestjs/common';
import { CODES, CONVENTIONS, SOCKET_CONVENTIONS, SOCKET_EXAMPLE, WAYS_TO_AUTHENTICATE } from './asyncapi-texts.js';
import { Html, html, prose } from './internal/html.js';
import { Schemas } from './internal/json-schema.js';
import { anchorOf, gatewaySection, messageLists, shortAddress } from './internal/page-gateway.js';
import { sharedShapes } from './internal/page-schema.js';
import { PAGE_STYLE } from './internal/page-style.js';
import { MessageReference, Messages, WireReference } from './internal/reference.js';
import { wireReference } from './internal/wire-reference.js';

/** The page needs its own style and nothing else: no script runs on it, and nothing is fetched. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The WebSocket reference as a page to read; the same for the same code. */
export function webSocketPage(app: INestApplication): string {
  const reference = wireReference(app);
  const { gateways, core, schemas } = reference;
  return `<!doctype html>${String(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Parley WebSocket reference</title>
        ${new Html(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        ${contents(reference)}
        <main>
          <h1>WebSocket reference</h1>
          <p>
            For authors of clients. The same for machines: <a href="/api/docs/asyncapi.json">AsyncAPI 3</a>. REST, where
            accounts, groups and channels are made: <a href="/api/docs">Swagger</a>.
          </p>
          <section id="conventions">
            <h2><a href="#conventions">Conventions</a></h2>
            <ul>
              ${CONVENTIONS.map((text) => html`<li>${prose(text)}</li>`)}
            </ul>
          </section>
          ${authentication()} ${closeCodes()} ${errorCodes()}
          <section id="every-gateway">
            <h2><a href="#every-gateway">Every raw gateway</a></h2>
            <p>What all of them take and send, beside their own.</p>
            ${messageLists(core.raw, schemas)}
          </section>
          ${socketIo(core.socketio, schemas)} ${gateways.map((gateway) => gatewaySection(gateway, schemas))}
          <section id="shapes">
            <h2><a href="#shapes">Shared shapes</a></h2>
            ${sharedShapes(schemas)}
          </section>
        </main>
      </body>
    </html>`,
  )}\n`;
}

function contents({ gateways, core }: WireReference): Html {
  const links = (way: string, messages: readonly MessageReference[], scope?: string) =>
    messages.map(
      ({ key, type }) =>
        html`<li>
          <a href="#${anchorOf(key, scope)}"><span class="way">${way}</span> ${type}</a>
        </li>`,
    );
  const chapter = (id: string, name: string, messages?: Messages, scope?: string) =>
    html`<li>
      <a class="name" href="#${id}">${name}</a>
      ${
        messages &&
        html`<ul>
          ${links('→', messages.commands, scope)}${links('←', messages.events, scope)}
        </ul>`
      }
    </li>`;
  return html`<nav aria-label="Contents">
    <ul>
      ${chapter('conventions', 'Conventions')} ${chapter('authentication', 'Authentication')}
      ${chapter('close-codes', 'Close codes')} ${chapter('error-codes', 'Error codes')}
      ${chapter('every-gateway', 'Every raw gateway', core.raw)} ${chapter('socket-io', 'Socket.IO', core.socketio)}
      ${gateways.map((gateway) => chapter(gateway.name, shortAddress(gateway), gateway, gateway.name))}
      ${chapter('shapes', 'Shared shapes')}
    </ul>
  </nav>`;
}

function authentication(): Html {
  return html`<section id="authentication">
    <h2><a href="#authentication">Authentication</a></h2>
    <p>
      A credential is an access token (<code>POST /api/auth/login</code>) or a one-time ticket. It can come in four
      ways; where there are several, the first of them counts. A connection lives as long as its session does.
    </p>
    ${WAYS_TO_AUTHENTICATE.map(
      ({ id, title, text, code }, index) =>
        html`<article class="message" id="${id}">
          <h3><a href="#${id}">${index + 1}. ${title}</a></h3>
          <p>${prose(text)}</p>
          <pre><code>${code}</code></pre>
        </article>`,
    )}
  </section>`;
}

function socketIo(core: Messages, schemas: Schemas): Html {
  return html`<section id="socket-io">
    <h2><a href="#socket-io">Socket.IO</a></h2>
    <ul>
      ${SOCKET_CONVENTIONS.map((text) => html`<li>${prose(text)}</li>`)}
    </ul>
    <article class="message" id="socket-io-connect">
      <h3><a href="#socket-io-connect">Connecting</a></h3>
      <pre><code>${SOCKET_EXAMPLE}</code></pre>
    </article>
    ${messageLists(core, schemas)}
  </section>`;
}

function closeCodes(): Html {
  return html`<section id="close-codes">
    <h2><a href="#close-codes">Close codes</a></h2>
    ${table(
      ['Code', 'Meaning', 'The client should'],
      CODES.close.map(({ code, meaning, client }) => [code, prose(meaning), prose(client)]),
    )}
    <p>Before there is a socket to close, an upgrade is refused with an HTTP status:</p>
    ${table(
      ['Status', 'Meaning'],
      CODES.upgrade.map(({ status, meaning }) => [status, prose(meaning)]),
    )}
  </section>`;
}

function errorCodes(): Html {
  return html`<section id="error-codes">
    <h2><a href="#error-codes">Error codes</a></h2>
    <p>
      The <code>code</code> of <a href="#ErrorEvent"><code>error</code></a
      >, and of <a href="#AuthErrorEvent"><code>auth_error</code></a
      >.
    </p>
    ${table(
      ['Code', 'When', 'The client should'],
      [...CODES.error, ...CODES.authError].map(({ code, meaning, client }) => [
        html`<code>${code}</code>`,
        prose(meaning),
        prose(client),
      ]),
    )}
  </section>`;
}

function table(head: string[], rows: readonly (Html | number)[][]): Html {
  return html`<table class="codes">
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first, ...others]) =>
          html`<tr>
            <th scope="row">${first}</th>
            ${others.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
