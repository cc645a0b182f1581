// On SIGUSR2 the process says what it holds, after a garbage collection. A test has node load this file before the program.
import { readdirSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc();
  const kinds = {};
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const files = readdirSync('/proc/self/fd').length;
  const { heapUsed, external } = process.memoryUsage();
  const [heapKb, externalKb] = [heapUsed, external].map((bytes) => Math.round(bytes / 1024));
  process.stdout.write(`resources ${JSON.stringify({ kinds, files, heapKb, externalKb })}\n`);
});
