const JSON_MAX_DEPTH = 32;
const JSON_MAX_KEYS = 256;

/**
 * Whether a parsed JSON value is nested deeper than 32 levels, or holds an object of over 256 keys (protocol section 1), or a
 * number too large for a double (`1e400`), which would leave here as `null`.
 */
export function exceedsJsonLimits(value: unknown, depth = 1): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  if (depth > JSON_MAX_DEPTH) return true;
  if (Array.isArray(value)) return value.some((item) => exceedsJsonLimits(item, depth + 1));
  const keys = Object.keys(value);
  return (
    keys.length > JSON_MAX_KEYS ||
    keys.some((key) => exceedsJsonLimits((value as Record<string, unknown>)[key], depth + 1))
  );
}
