import { settingsSchema } from './settings.js';

export interface SettingRow {
  name: string;
  description: string;
  /** As it would be written in the environment. */
  default: string;
}

/** Every setting, in the order of the schema: for `--help` and `.env.example`. */
export function settingsTable(): SettingRow[] {
  return Object.entries(settingsSchema.shape).map(([name, field]) => ({
    name,
    description: field.description ?? '',
    default: asText(field.def.defaultValue),
  }));
}

function asText(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value);
}
