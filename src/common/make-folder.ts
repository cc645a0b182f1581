import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Makes the folder and those above it. Part by part: where nothing can be made, as in `/proc`, Node's `recursive` never returns. */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
