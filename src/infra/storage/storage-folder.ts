import path from 'node:path';
import type { Settings } from '../../config/settings.js';

/** Where this node keeps files, and what is on its way to the storage. */
export function storageFolder({ DATA_DIR }: Pick<Settings, 'DATA_DIR'>): string {
  return path.resolve(DATA_DIR, 'files');
}
