import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What each prints, in its order; what the others print is between the lines. */
const STORY = {
  alice: [
    '→ webrtc:join-room',
    '← webrtc:room-joined: 1 there, a video call',
    '← webrtc:participant-joined: bob, 2 there',
    '← webrtc:offer',
    '← webrtc:ice-candidate',
    '→ webrtc:answer',
    '← webrtc:participant-joined: carol, 3 there',
    '← webrtc:ice-candidate: no more',
    '← webrtc:participant-left: carol, 2 there',
    '← webrtc:participant-left: bob, 1 there',
  ],
  bob: ['← webrtc:room-joined: 2 there, a video call', '→ webrtc:offer', '← webrtc:answer', '→ disconnect'],
  carol: ['← webrtc:room-joined: 3 there, a video call', '→ webrtc:leave-room', '← webrtc:room-left'],
};

describe('examples/call.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story from all three sides, and ends by itself', async () => {
    const { code, stdout, stderr } = await call([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    for (const [who, story] of Object.entries(STORY)) {
      const wanted = story.map((line) => `${who.padEnd(5)}  ${line}`);
      expect(inOrder(lines, wanted)).toEqual(wanted);
    }
    expect(stdout).not.toMatch(/eyJ/);
  });

  it('says in a sentence that the server cannot be reached, and has a help text', async () => {
    expect(await call(['http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Cannot reach a Parley server at http:\S+: .*\. Start one with: npm start\n$/),
    });
    expect(await call(['localhost:8000'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/no address/) });
    expect(await call(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) });
  });
});

/** Those of the wanted lines that are there in this order, whatever is between them. */
function inOrder(lines: readonly string[], wanted: readonly string[]): string[] {
  let from = 0;
  return wanted.filter((line) => {
    const at = lines.indexOf(line, from);
    if (at >= 0) from = at + 1;
    return at >= 0;
  });
}

function call(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['examples/call.mjs', ...args],
      { cwd: ROOT, env: { PATH: process.env['PATH'] } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}
