import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

describe('examples/channel-chat.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole talk from both sides, and ends by itself', async () => {
    const { code, stdout, stderr } = await chat([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = withoutChance(stdout).split('\n');
    expect(inOrder(lines, ALICE)).toEqual(ALICE);
    expect(inOrder(lines, BOB)).toEqual(BOB);
    // What the repeated nonce gave Alice again never reached Bob twice, and what he missed came once.
    for (const received of ['bob    ← message 2 alice: I am, @bob!', 'bob    ← message 3 alice: Something for later:'])
      expect(lines.filter((line) => line === received)).toHaveLength(1);
  });

  it('takes the address from PARLEY_URL too, and shows no secret', async () => {
    const { code, stdout } = await chat([], { PARLEY_URL: `${app.url}/` });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/eyJ|ticket/);
  });

  it('says in a sentence that the server cannot be reached', async () => {
    const url = await closedPort();
    const { code, stdout, stderr } = await chat([url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Cannot reach a Parley server at http:\S+: .*ECONNREFUSED.*\. Start one with: npm start\n$/,
    );
  });

  it('says in a sentence that the server is another one', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await chat([urlOf(other.address())]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^POST \S+\/api\/auth\/register answered 404, that is no answer of a Parley server\.\n$/);
  });

  it('refuses what is no address, and has a help text', async () => {
    expect(await chat(['localhost:8000'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/no address/) });
    expect(await chat(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) });
  });
});

const ALICE = [
  'alice  ← connected, last_seq 0',
  'alice  ← user_joined bob',
  'alice  ← typing bob: true',
  'alice  ← message 1 bob: Hello Alice, are you there?',
  'alice  → message: I am, @bob!',
  'alice  ← message 2 alice: I am, @bob!',
  'alice  ← ack: stored as 2',
  'alice  ← ack: stored as 2, a duplicate',
  'alice  ← user_left bob',
  'alice  ← ack: stored as 4',
  'alice  ← user_joined bob',
  'alice  ← message 5 bob: At ten, then.',
  'alice  ← dm_user_online bob',
  'alice  ← dm_message 2 bob: Chocolate.',
  'alice  ← dm_user_offline bob',
  'alice  ← user_left bob',
];

const BOB = [
  'bob    ← auth_required',
  'bob    ← auth_success as bob',
  'bob    ← online_users: 2',
  'bob    → message: Hello Alice, are you there?',
  'bob    ← message 1 bob: Hello Alice, are you there?',
  'bob    ← ack: stored as 1',
  'bob    ← message 2 alice: I am, @bob!',
  'bob    → close',
  'bob    ← connected, last_seq 4',
  'bob    ← message 3 alice: Something for later:',
  'bob    ← message 4 alice: the meeting is at ten.',
  'bob    ← resumed from 2 to 4, complete: true',
  'bob    ← ack: stored as 5',
  'bob    · history 1 bob: Hello Alice, are you there?',
  'bob    · history 5 bob: At ten, then.',
  'bob    ← dm_user_online alice',
  'bob    ← dm_message 1 alice: Between us: bring cake.',
  'bob    → close',
];

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

function chat(args: string[], env: Record<string, string> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['examples/channel-chat.mjs', ...args],
      { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

/** The transcript without what differs from run to run. */
function withoutChance(transcript: string): string {
  return transcript.replace(/\b(alice|bob)-[0-9a-f]{8}\b/g, '$1').replace(/ {2}\(ref [0-9a-f]{8}\)/g, '');
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

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = urlOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return url;
}

function urlOf(address: AddressInfo | string | null): string {
  return `http://127.0.0.1:${(address as AddressInfo).port}`;
}
