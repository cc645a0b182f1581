import { Html, html, prose } from './html.js';
import { JsonSchema, Schemas } from './json-schema.js';

/** The fields of a shape as a table; nothing when it has none. */
export function fieldsTable({ properties = {}, required = [] }: JsonSchema): Html | undefined {
  const fields = Object.entries(properties).filter(([, { const: constant }]) => constant === undefined);
  if (fields.length === 0) return undefined;
  return html`<table class="fields">
    ${fields.map(
      ([name, schema]) =>
        html`<tr>
          <th scope="row"><code>${name}</code>${!required.includes(name) && html` <small>optional</small>`}</th>
          <td><span class="type">${typeLabel(schema)}</span></td>
          <td>${prose(schema.description ?? '')}${limits(schema)}</td>
        </tr>`,
    )}
  </table>`;
}

/** The shapes that several messages share. */
export function sharedShapes(schemas: Schemas): Html {
  return html`${Object.entries(schemas).map(
    ([name, schema]) =>
      html`<article class="message" id="${anchorOf(name)}">
        <h3><a href="#${anchorOf(name)}">${name}</a></h3>
        ${schema.description !== undefined && html`<p>${prose(schema.description)}</p>`} ${fieldsTable(schema)}
      </article>`,
  )}`;
}

function anchorOf(schemaName: string): string {
  return `shape-${schemaName}`;
}

function typeLabel(schema: JsonSchema): Html {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) {
    const name = reference.replace(/.*\//, '');
    return html`<a href="#${anchorOf(name)}">${name}</a>`;
  }
  const types = [schema.type ?? 'any'].flat();
  const names = types.map((type) => {
    if (type === 'array') return html`list of ${typeLabel(schema.items ?? {})}`;
    return html`${type === 'string' && schema.format !== undefined ? schema.format : type}`;
  });
  return html`${names.map((name, index) => html`${index > 0 && ' or '}${name}`)}`;
}

function limits({ enum: values, default: preset, minimum, maximum, minLength, maxLength, pattern }: JsonSchema): Html {
  const range = (least: number | undefined, most: number | undefined) =>
    least === undefined ? `Up to ${String(most)}` : most === undefined ? `${least} or more` : `${least} to ${most}`;
  const notes = [
    values && html`One of ${values.map((value, index) => html`${index > 0 && ', '}<code>${String(value)}</code>`)}.`,
    (minimum ?? maximum) !== undefined && html`${range(minimum, maximum)}.`,
    (minLength ?? maxLength) !== undefined && html`${range(minLength, maxLength)} characters.`,
    pattern !== undefined && html`Pattern <code>${pattern}</code>.`,
    preset !== undefined && html`Default <code>${String(preset)}</code>.`,
  ];
  return html`${notes.map((note) => note && html` <small>${note}</small>`)}`;
}
