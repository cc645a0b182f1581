import { deepFreeze } from '../../common/deep-freeze.js';
import { Json } from '../cluster.js';

/** The value as it comes out of JSON, frozen through and through: one copy that all who get it may share. */
export function frozenCopy(value: Json): Json {
  return isFrozenJson(value) ? value : deepFreeze(JSON.parse(JSON.stringify(value)) as Json);
}

/** Whether it is what a copy would be: plain values, frozen through and through, so that nobody can change them. */
export function isFrozenJson(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || !Object.isFrozen(value)) return false;
  if (Array.isArray(value)) return value.every(isFrozenJson);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  // Not by `Object.values`: an array for each signal costs as much as all the rest.
  for (const key in value) if (!isFrozenJson((value as Record<string, unknown>)[key])) return false;
  return true;
}
