import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Randomness, randomness } from '../../contract/randomness.js';

interface Count {
  test: number;
  soak: number;
  what: string;
}

const COUNTS = JSON.parse(readFileSync(path.join(import.meta.dirname, 'counts.json'), 'utf8')) as Record<string, Count>;
const chosen = JSON.parse(process.env['SOAK_COUNTS'] ?? '{}') as Record<string, number>;
const figuresFile = process.env['SOAK_FIGURES'];

/** Whether this is the long run: `npm run test:soak` says so. */
const SOAK = figuresFile !== undefined;

/** How often, or how many: small in `npm test`, large in the soak, and as told by its flags. */
export function count(name: string): number {
  const known = COUNTS[name];
  if (known === undefined) throw new Error(`counts.json does not have ${name}.`);
  return chosen[name] ?? (SOAK ? known.soak : known.test);
}

/** The random choices of one test, the same again for the same seed. */
export function chance(): Randomness {
  return randomness(count('seed'));
}

/** What a test measured, for the soak's table at the end. */
export function figures(id: string, values: Record<string, number | string>): void {
  if (figuresFile !== undefined) appendFileSync(figuresFile, `${JSON.stringify({ id, ...values })}\n`);
}

/** For the soak's last lines: a case that cannot run here, and so has neither passed nor failed. */
export function notRun(id: string, reason: string): void {
  figures(id, { notRun: reason });
}

/** A line while it runs, in the soak alone. */
export function progress(id: string, text: string): void {
  if (SOAK) process.stderr.write(`  ${id}: ${text}\n`);
}
