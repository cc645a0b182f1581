import { Html, html, prose } from './html.js';
import { exampleOf, Schemas } from './json-schema.js';
import { fieldsTable } from './page-schema.js';
import { CommandReference, GatewayReference, MessageReference } from './wire-reference.js';

export type Messages = Pick<GatewayReference, 'commands' | 'events'>;

/** One gateway: how it is opened, what it takes and what it sends. */
export function gatewaySection(
  { path, name, summary, parameters, query, opening, ...own }: GatewayReference,
  schemas: Schemas,
): Html {
  return html`<section id="${name}">
    <h2><a href="#${name}">${name}</a></h2>
    <p class="address"><code>${path}</code></p>
    <p>${prose(summary)}</p>
    <h3>Path and query</h3>
    ${fieldsTable({
      properties: {
        ...Object.fromEntries(
          parameters.map((parameter) => [parameter.name, { type: 'string', description: parameter.description }]),
        ),
        ...query.properties,
      },
      required: [...parameters.map((parameter) => parameter.name), ...(query.required ?? [])],
    })}
    ${
      opening.length > 0 &&
      html`<h3>First frames, in this order</h3>
        <ol>
          ${opening.map(
            ({ key, type, when }) =>
              html`<li>
                <a href="#${anchorOf(key, name)}"><code>${type}</code></a> <small>${prose(when)}</small>
              </li>`,
          )}
        </ol>`
    }
    ${messageLists(own, schemas, name)}
  </section>`;
}

/** What the client sends, and what the server sends. `scope`: the gateway; none: what all of them send. */
export function messageLists({ commands, events }: Messages, schemas: Schemas, scope = ''): Html {
  const own = new Set(events.map(({ key }) => key));
  const card = (message: MessageReference, answer?: Html) =>
    messageCard(message, { schemas, anchor: anchorOf(message.key, scope), answer });
  return html`<h3>The client sends</h3>
    ${commands.map((command) =>
      card(
        command,
        answerOf(command, (key) => anchorOf(key, own.has(key) ? scope : '')),
      ),
    )}
    <h3>The server sends</h3>
    ${events.map((event) => card(event))}`;
}

/** Two gateways may send the same shape, each with an anchor of its own. */
export function anchorOf(key: string, scope = ''): string {
  return scope === '' ? key : `${scope}.${key}`;
}

function answerOf({ reply, otherwise }: CommandReference, anchor: (key: string) => string): Html {
  const { key, type } = reply ?? { key: 'AckEvent', type: 'ack' };
  return html`<p class="answer">
    Answered by <a href="#${anchor(key)}"><code>${type}</code></a
    >${reply === undefined && ', where a ref was given'}${otherwise && html`, by <a href="#${anchor(otherwise.key)}"><code>${otherwise.type}</code></a>`},
    or by <a href="#${anchor('ErrorEvent')}"><code>error</code></a
    >.
  </p>`;
}

interface Card {
  schemas: Schemas;
  anchor: string;
  answer: Html | undefined;
}

function messageCard({ type, summary, schema }: MessageReference, { schemas, anchor, answer }: Card): Html {
  return html`<article class="message" id="${anchor}">
    <h4>
      <a href="#${anchor}"><code>${type}</code></a>
    </h4>
    <p>${prose(summary)}</p>
    ${answer} ${fieldsTable(schema)}
    <pre><code>${JSON.stringify(exampleOf(schema, schemas), undefined, 2)}</code></pre>
  </article>`;
}
