// Outlives a benchmark that was killed, and cleans up after it.
import { dropDatabase } from './given-server.js';
import type { MadeDatabase } from './given-server.js';
import { wipe } from './run-folder.js';

const [folder = ''] = process.argv.slice(2);
let told = '';
process.stdin
  .on('data', (chunk: Buffer) => (told += chunk.toString()))
  .on('close', () => {
    void cleanUp();
  });

async function cleanUp(): Promise<void> {
  await wipe(folder);
  const lines = told.split('\n').filter((line) => line !== '');
  // The benchmark itself came to its end.
  if (lines.at(-1) === 'dropped') return;
  for (const database of lines) await dropDatabase(JSON.parse(database) as MadeDatabase);
}
