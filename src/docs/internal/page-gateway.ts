import { Html, html, prose } from './html.js';
import { exampleOf, Schemas } from './json-schema.js';
import { fieldsTable } from './page-schema.js';
import { CommandReference, GatewayReference, MessageReference, Messages } from './reference.js';
import { FAILURE_ACK } from './socket-reference.js';

/** One gateway: how it is opened, what it takes and what it sends. */
export function gatewaySection(gateway: GatewayReference, schemas: Schemas): Html {
  const { name, summary, parameters, query, errors } = gateway;
  return html`<section id="${name}">
    <h2><a href="#${name}">${name}</a></h2>
    <p class="address">${addressOf(gateway)}</p>
    <p>${prose(summary)}</p>
    <h3>${parameters.length > 0 ? 'Path and query' : 'Query'}</h3>
    ${fieldsTable({
      properties: {
        ...Object.fromEntries(
          parameters.map((parameter) => [parameter.name, { type: 'string', description: parameter.description }]),
        ),
        ...query.properties,
      },
      required: [...parameters.map((parameter) => parameter.name), ...(query.required ?? [])],
    })}
    ${openingOf(gateway)}
    ${
      Object.keys(errors).length > 0 &&
      html`<h3>Error codes of its own</h3>
        <table class="codes">
          ${Object.entries(errors).map(
            ([code, meaning]) =>
              html`<tr>
                <th scope="row"><code>${code}</code></th>
                <td>${prose(meaning)}</td>
              </tr>`,
          )}
        </table>`
    }
    ${messageLists(gateway, schemas, name)}
  </section>`;
}

/** How a gateway is called where there is little room. */
export function shortAddress({ transport, address }: GatewayReference): string {
  return transport === 'raw' ? address : `Socket.IO ${address}`;
}

/** What the client sends, what the server sends, and how it acknowledges. `scope`: the gateway; none: what all of them send. */
export function messageLists({ commands, events, acks }: Messages, schemas: Schemas, scope = ''): Html {
  const own = new Set([...events, ...acks].map(({ key }) => key));
  const card = (message: MessageReference, answer?: Html) =>
    messageCard(message, { schemas, anchor: anchorOf(message.key, scope), answer });
  const anchor = (key: string) => anchorOf(key, own.has(key) ? scope : '');
  return html`${commands.length > 0 && html`<h3>The client sends</h3>`}
    ${commands.map((command) => card(command, answerOf(command, anchor)))}
    <h3>The server sends</h3>
    ${events.map((event) => card(event))} ${acks.length > 0 && html`<h3>Acknowledgements</h3>`}
    ${acks.map((ack) => card(ack))}`;
}

/** Two gateways may send the same shape, each with an anchor of its own. */
export function anchorOf(key: string, scope = ''): string {
  return scope === '' ? key : `${scope}.${key}`;
}

function addressOf({ transport, address, namespaces }: GatewayReference): Html {
  if (transport === 'raw') return html`<code>${address}</code>`;
  const names = namespaces.map((namespace, index) => html`${index > 0 && ', '}<code>${namespace}</code>`);
  return html`Socket.IO on <code>/socket.io</code>, namespace ${names}`;
}

function openingOf({ opening, transport, name }: GatewayReference): Html | false {
  if (opening.length === 0) return false;
  return html`<h3>First ${transport === 'raw' ? 'frames' : 'events'}, in this order</h3>
    <ol>
      ${opening.map(
        ({ key, type, when }) =>
          html`<li>
            <a href="#${anchorOf(key, name)}"><code>${type}</code></a> <small>${prose(when)}</small>
          </li>`,
      )}
    </ol>`;
}

function answerOf({ reply, otherwise, ack }: CommandReference, anchor: (key: string) => string): Html {
  const link = ({ key, type }: { key: string; type: string }) =>
    html`<a href="#${anchor(key)}"><code>${type}</code></a>`;
  if (ack !== undefined) {
    return html`<p class="answer">
      Acknowledged by <a href="#${anchor(ack.key)}">${ack.key}</a> or
      <a href="#${anchor(FAILURE_ACK.key)}">${FAILURE_ACK.key}</a>${reply && html`, and followed by ${link(reply)}`}${
        otherwise && html` or ${link(otherwise)}`
      }.
    </p>`;
  }
  return html`<p class="answer">
    Answered by
    ${link(reply ?? { key: 'AckEvent', type: 'ack' })}${reply === undefined && ', where a ref was given'}${
      otherwise && html`, or by ${link(otherwise)}`
    },
    or by ${link({ key: 'ErrorEvent', type: 'error' })}.
  </p>`;
}

interface Card {
  schemas: Schemas;
  anchor: string;
  answer: Html | undefined;
}

function messageCard({ key, type, summary, schema, second, data }: MessageReference, card: Card): Html {
  const { schemas, anchor, answer } = card;
  const example = [schema, ...(second ? [second] : [])].map((part) => exampleOf(part, schemas));
  return html`<article class="message" id="${anchor}">
    <h4>
      <a href="#${anchor}"><code>${type}</code></a
      >${type === 'acknowledgement' && html` <small>${key}</small>`}
    </h4>
    <p>${prose(summary)}</p>
    ${answer}
    ${
      data &&
      html`<p class="answer">
        In an envelope, <code>{ success: true, message: "Success", data }</code>; <code>data</code>:
      </p>`
    }
    ${fieldsTable(data ?? schema)} ${second && html`<p class="answer">A second argument:</p>`}
    ${second && fieldsTable(resolved(second, schemas))}
    ${example.map((part) => html`<pre><code>${JSON.stringify(part, undefined, 2)}</code></pre>`)}
  </article>`;
}

function resolved({ $ref }: { $ref?: string }, schemas: Schemas) {
  return schemas[$ref?.replace(/.*\//, '') ?? ''] ?? {};
}
