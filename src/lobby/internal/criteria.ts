import { createHash } from 'node:crypto';
import type { Json } from '../../cluster/cluster.js';
import { ValidationFailed } from '../../common/domain-error.js';

const MOST_CRITERIA_LENGTH = 2048;

/**
 * Names those who may be matched: equal criteria give the same name, whatever the order of their keys; none are `{}`.
 * @throws ValidationFailed when they are over 2048 characters of JSON
 */
export function poolOf(maxPlayers: number, criteria: Readonly<Record<string, Json>> = {}): string {
  const text = canonical(criteria);
  if (text.length > MOST_CRITERIA_LENGTH)
    throw new ValidationFailed([
      { field: 'criteria', problems: [`must be at most ${MOST_CRITERIA_LENGTH} characters`] },
    ]);
  return `${maxPlayers}:${createHash('sha256').update(text).digest('base64url')}`;
}

function canonical(value: Json | Readonly<Record<string, Json>>): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
