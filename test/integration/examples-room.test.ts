import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What each side prints, in its order; what the other prints is between the lines. */
const STORY = {
  alice: [
    '← auth_required',
    '→ auth_token',
    '← auth_success',
    '← users_in_room: nobody; I am number 1',
    '← user_joined: phone',
    '← offer from phone: {"type":"offer","sdp":"v=0…"}',
    '← ice_candidate from phone: {"candidate":"candidate:1 1 udp …","sdpMid":"0"}',
    '← ice_candidate from phone: null',
    '→ answer to phone: {"type":"answer","sdp":"v=0…"}',
    '→ data: {"text":"can you hear me?"}',
    '→ ice_candidate to phone: {"candidate":"candidate:2 1 udp …","sdpMid":"0"}',
    '← ack',
    '→ offer to tablet: {}',
    '← error target_not_found: tablet is not here',
    '← user_left: phone',
    '· the connection has ended with 1000',
  ],
  bob: [
    '← users_in_room: laptop; I am number 2',
    '← answer from laptop: {"type":"answer","sdp":"v=0…"}',
    '← data from laptop: {"text":"can you hear me?"}',
    '· the connection has ended with 1006',
    '← users_in_room: laptop; I am number 2',
    '← ice_candidate from laptop: {"candidate":"candidate:2 1 udp …","sdpMid":"0"}',
    '← users_in_room: laptop; I am number 2',
    '· the connection has ended with 4409',
    '· the connection has ended with 1000',
  ],
};

describe('examples/room.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole meeting from both sides, shows no token, and ends by itself', async () => {
    const { code, stdout, stderr } = await run([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/eyJ/);
    for (const [name, wanted] of Object.entries(STORY)) {
      const lines = stdout.split('\n').flatMap((line) => (line.startsWith(name) ? [line.slice(5).trim()] : []));
      expect(inOrder(lines, wanted)).toEqual(wanted);
    }
    expect(stdout.match(/← user_(joined|left)/g)).toHaveLength(2);
  });

  it('says in a sentence what is wrong with the address, and has a help text', async () => {
    expect(await run(['http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Cannot reach a Parley server at http:\S+: .*Start one with: npm start\n$/),
    });
    expect(await run(['localhost:8000'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/no address/) });
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) });
  });
});

function run(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['examples/room.mjs', ...args],
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
