import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

describe('examples/meeting.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole meeting from all sides, and ends by itself', async () => {
    const { code, stdout, stderr } = await run([], { PARLEY_URL: `${app.url}/` });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    for (const name of ['alice', 'bob', 'carol'])
      expect(
        inOrder(
          lines,
          TOLD.filter((line) => line.startsWith(name)),
        ),
      ).toEqual(TOLD.filter((line) => line.startsWith(name)));
    expect(stdout).not.toMatch(/eyJ/);
  });

  it('says in a sentence what is wrong, and has a help text', async () => {
    const nowhere = await run([`http://127.0.0.1:${await freePort()}`]);
    expect(nowhere).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Cannot reach a Parley server/),
    });
    expect(await run(['localhost:8000'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/no address/) });
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) });
  });
});

const TOLD = [
  'alice  ← peers: nobody; the host is alice-laptop',
  'alice  ← peer-joined Bob (on the train), order 2',
  'alice  ← offer bob-phone',
  'alice  ← candidate bob-phone',
  'alice  ← raise-hand bob-phone',
  'alice  ← offer carol-tablet',
  'bob    ← peers: alice-laptop; the host is alice-laptop',
  'bob    ← answer alice-laptop',
  'bob    ← chat alice-laptop: Bob, go ahead.',
  'bob    ← lower-hand alice-laptop bob-phone',
  'bob    ← screen-share-started alice-laptop',
  'bob    ← chat-disabled alice-laptop',
  'bob    ← error forbidden: The host has disabled the chat.',
  'bob    ← media-state carol-tablet',
  'bob    ← peer-left alice-laptop',
  'bob    ← host-changed bob-phone',
  'bob    ← peer-left carol-tablet',
  'bob    · is there with 0 others; locked by its owner: false',
  'carol  ← peers: alice-laptop, bob-phone; the host is alice-laptop',
  'carol  ← chat-history: alice-laptop: Bob, go ahead.',
  'carol  ← mute-requested alice-laptop',
  'carol  · the connection was closed with 4403',
];

function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, ['examples/meeting.mjs', ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
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
