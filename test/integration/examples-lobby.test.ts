import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What each player prints, in its order; what the other prints is between the lines. */
const STORY = {
  alice: [
    '← connected',
    '→ find_match',
    '← match_found, 1 of 2',
    '← player_joined',
    '← game_start, active',
    '→ game_move {"cell":5}',
    '← player_disconnected',
    '← player_reconnected',
    '← game_move 2: {"cell":1}',
    '← chat_joined, 0 before',
    '← new_message: Good game!',
    '→ finish_game',
    '← game_finished, won',
    '→ leave_room',
  ],
  bob: [
    '← connected',
    '→ find_match',
    '← match_found, 2 of 2',
    '← game_start, active',
    '← game_move 1: {"cell":5}',
    '← connected',
    '→ join_room',
    '→ game_move {"cell":1}',
    '→ send_message: Good game!',
    '← game_finished, won',
    '← player_left',
  ],
};

describe('examples/lobby.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole game from both sides, and ends by itself', async () => {
    const { code, stdout, stderr } = await play([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    for (const [who, story] of Object.entries(STORY)) {
      const wanted = story.map((line) => `${who.padEnd(6)} ${line}`);
      expect(inOrder(lines, wanted)).toEqual(wanted);
    }
    expect(stdout).not.toMatch(/eyJ/);
  });

  it('says in a sentence that the server cannot be reached, and has a help text', async () => {
    expect(await play(['http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Cannot reach a Parley server at .*Start one with: npm start\n$/) as string,
    });
    expect(await play(['localhost:8000'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no address/) as string,
    });
    expect(await play(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) as string });
  });
});

function play(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['examples/lobby.mjs', ...args],
      { cwd: ROOT, env: { PATH: process.env['PATH'] } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
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
