import { existsSync } from 'node:fs';
import { developmentSecret } from './development-secret.js';
import { parseSettings, Settings } from './settings.js';

/** The settings of the environment, and of `.env` where the environment says nothing. */
export function loadSettings(): Settings {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = parseSettings(process.env);
  if (settings.JWT_SECRET !== '') return settings;
  return parseSettings({ ...process.env, JWT_SECRET: developmentSecret(settings.DATA_DIR) });
}
