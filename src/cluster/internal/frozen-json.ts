import { Json } from '../cluster.js';

/** The value as it comes out of JSON, frozen through and through: one copy that all who get it may share. */
export function frozenCopy(value: Json): Json {
  return deepFreeze(JSON.parse(JSON.stringify(value)) as Json);
}

function deepFreeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  Object.freeze(value);
  return value;
}
