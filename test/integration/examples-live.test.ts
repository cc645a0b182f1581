import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, TestApp } from '../support/test-app.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What each prints, in its order; what the others print is between the lines. */
const STORY = {
  station: [
    '→ {"celsius":17.5} is version 1',
    '→ {"celsius":18} is version 2',
    '→ {"celsius":18.5} is version 3',
    '← 409, conflict: The topic is at version 3.',
    '→ the value is taken away',
  ],
  dashboard: [
    '← current_data null, version 0',
    '← data_updated {"celsius":17.5}, version 1',
    '← data_updated {"celsius":18}, version 2',
    '← data_updated {"celsius":18.5}, version 3',
    '← data_updated null, version 4',
  ],
  latecomer: ['← current_data {"celsius":18}, version 2', '← data_updated {"celsius":18.5}, version 3'],
};

describe('examples/live.mjs', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it('tells the whole story, and ends by itself', async () => {
    const { code, stdout, stderr } = await run([app.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    for (const [who, story] of Object.entries(STORY)) {
      const own = lines.filter((line) => line.startsWith(who)).map((line) => line.slice(10));
      expect(own).toEqual(story);
    }
    expect(stdout).not.toMatch(/eyJ/);
  });

  it('says in a sentence that the server cannot be reached, and has a help text', async () => {
    expect(await run(['http://127.0.0.1:1'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Cannot reach a Parley server at http:\S+: .*\. Start one with: npm start\n$/),
    });
    expect(await run(['localhost:8000'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/no address/) });
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/PARLEY_URL/) });
  });
});

function run(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['examples/live.mjs', ...args],
      { cwd: ROOT },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}
