import { Json } from '../cluster.js';

/** The value as it comes out of JSON, frozen through and through: one copy that all who get it may share. */
export function frozenCopy(value: Json): Json {
  if (isFrozenText(value)) return value;
  return deepFreeze(JSON.parse(JSON.stringify(value)) as Json);
}

/** Texts, alone or in a frozen object, cannot be changed, and long ones are dear to copy: they are shared as they are. */
function isFrozenText(value: Json): boolean {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.isFrozen(value)) return false;
  for (const key in value) if (typeof value[key] !== 'string') return false;
  return true;
}

function deepFreeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(deepFreeze);
  Object.freeze(value);
  return value;
}
