import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect } from 'vitest';

export const ROOT = path.resolve(import.meta.dirname, '../..');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `examples/<name>.mjs` as a reader of it would. */
export function runExample(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, [`examples/${name}.mjs`, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** What it prints against the server of `PARLEY_URL`, once it has ended well by itself; the suffixes of names are left out. */
export async function transcriptOf(name: string, url: string): Promise<string[]> {
  const { code, stdout, stderr } = await runExample(name, [], { PARLEY_URL: `${url}/` });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toMatch(/eyJ|ticket=/);
  return stdout.replace(/\b(alice|bob)-[0-9a-f]{8}\b/g, '$1').split('\n');
}

/** The lines of one of those whose story it is, without the name before them. */
export function saidBy(transcript: readonly string[], who: string): string[] {
  return transcript.flatMap((line) => (line.startsWith(`${who} `) ? [line.slice(who.length).trim()] : []));
}

/** Each says what is wanted, in this order; whatever they say between. */
export function expectStory(transcript: readonly string[], story: Record<string, readonly string[]>): void {
  for (const [who, wanted] of Object.entries(story)) expect(inOrder(saidBy(transcript, who), wanted)).toEqual(wanted);
}

/** Those of the wanted lines that are there in this order, whatever is between them. */
function inOrder(lines: readonly string[], wanted: readonly string[]): string[] {
  let from = 0;
  return wanted.filter((line) => {
    const at = lines.indexOf(line, from);
    if (at >= 0) from = at + 1;
    return at >= 0;
  });
}
