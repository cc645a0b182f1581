import { z } from 'zod';
import { text, url } from './setting-kinds.js';

const LATER = 'Checked, and not used by this version:';

/**
 * Settings of protocol section 9 whose feature this version does not have yet. They are checked like the others, so that
 * a deployment can carry them already, and named in a warning at start, so that nobody believes that they count.
 */
export const laterSettings = {
  S3_ENDPOINT: url('http:', 'https:')
    .default('')
    .describe(`${LATER} S3-compatible storage; empty: files under DATA_DIR.`),
  S3_REGION: text.default('').describe(`${LATER} region of the storage.`),
  S3_BUCKET: text.default('').describe(`${LATER} bucket of the storage.`),
  S3_ACCESS_KEY_ID: text.default('').describe(`${LATER} key of the storage.`),
  S3_SECRET_ACCESS_KEY: text.default('').describe(`${LATER} secret of that key.`),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:').default('').describe(`${LATER} where traces go.`),
} satisfies Record<string, z.ZodType>;

/** The names of those that this environment sets, for the warning. */
export function settingsWithoutEffect(environment: Record<string, string | undefined>): string[] {
  return Object.keys(laterSettings).filter((name) => (environment[name] ?? '') !== '');
}
