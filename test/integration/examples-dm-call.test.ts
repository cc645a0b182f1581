import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What each device prints, in its order; what the others print is between the lines. */
const STORY = {
  alice: [
    '→ call_invite',
    '← outgoing_call from alice, {"audio":true,"video":true}',
    '← call_accepted',
    '→ webrtc_offer',
    '← webrtc_answer',
    '→ call_end',
    '← call_ended after 0 s',
    '← log entry 1: alice called, and they talked for 0 s',
    '← ack: entry 1 of the log',
    '← incoming_call from bob, {"audio":true}',
    '← call_cancelled',
    '← outgoing_call from alice, {"audio":true}',
    '← call_declined',
  ],
  'bob, laptop': [
    '← incoming_call from alice, {"audio":true,"video":true}',
    '← call_accepted',
    '← call_busy',
    '← call_ended after 0 s',
    '← outgoing_call from bob, {"audio":true}',
    '→ call_cancel',
    '← log entry 2: bob called: cancelled',
    '← ack: entry 2 of the log',
    '← log entry 3: alice called: declined',
  ],
  'bob, phone': [
    '← connected',
    '← incoming_call from alice, {"audio":true,"video":true}',
    '→ call_accept',
    '← webrtc_offer',
    '→ webrtc_answer',
    '→ call_decline',
    '← ack: entry 3 of the log',
  ],
  bob: [
    '· history 1: alice called, and they talked for 0 s',
    '· history 2: bob called: cancelled',
    '· history 3: alice called: declined',
  ],
};

describe('examples/dm-call.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story from all three devices, and ends by itself', async () => {
    const { code, stdout, stderr } = await call([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.replace(/\b(alice|bob)-[0-9a-f]{8}\b/g, '$1').split('\n');
    for (const [who, story] of Object.entries(STORY))
      expect(inOrder(lines, linesOf(who, story))).toEqual(linesOf(who, story));
    expect(stdout).not.toMatch(/eyJ|ticket=/);
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

const linesOf = (who: string, story: readonly string[]) => story.map((line) => `${who.padEnd(12)}  ${line}`);

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
      ['examples/dm-call.mjs', ...args],
      { cwd: ROOT, env: { PATH: process.env['PATH'] } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}
