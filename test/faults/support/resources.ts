import path from 'node:path';
import { eventually } from '../../support/eventually.js';
import type { MortalServer } from './mortal-server.js';

const MINUTE_MS = 60_000;

/** What a server has to be started with, to be asked. */
export const REPORTING = path.join(import.meta.dirname, 'report-resources.mjs');

export interface Resources {
  /** Timers, sockets and the like, as libuv counts them. */
  kinds: Record<string, number>;
  files: number;
  heapKb: number;
  /** Buffers, outside the heap. */
  externalKb: number;
}

/** What the server holds once its garbage is collected; it says so behind whatever it wrote before. */
export async function resources(server: MortalServer): Promise<Resources> {
  const reports = () => server.output.match(/^resources .*$/gm) ?? [];
  const before = reports().length;
  process.kill(server.pid, 'SIGUSR2');
  await eventually(() => reports().length > before, MINUTE_MS);
  return JSON.parse(reports().at(-1)!.slice('resources '.length)) as Resources;
}
